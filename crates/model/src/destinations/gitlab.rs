//! Variables of GitLab CI/CD: of a project, for all its environments or one; by `glab`.

use super::{Call, Input, Kind, Plan, arguments, is_path, with_scope};

pub(super) const GITLAB: Kind = Kind {
    name: "gitlab",
    label: "GitLab CI/CD",
    hint: "GROUP/PROJECT, or GROUP/PROJECT@ENVIRONMENT; masked and protected",
    example: "northwind/storefront@production",
    programs: &["glab"],
    install: "Install the GitLab command line, glab, and sign in: glab auth login",
    plan,
};

fn plan(target: &str, names: &[&str]) -> Option<Plan> {
    let (project, environment) = with_scope(target);
    if !is_path(project) || !project.contains('/') || environment.is_some_and(str::is_empty) {
        return None;
    }
    let (repo, scope) = (
        format!("--repo={project}"),
        format!("--scope={}", environment.unwrap_or("*")),
    );
    // Masking needs it raw, because a CI token has a `|`.
    let call = |verb: &str, name: &str| {
        arguments([
            "variable",
            verb,
            name,
            &repo,
            &scope,
            "--masked",
            "--protected",
            "--raw",
        ])
    };
    let calls = names.iter().enumerate().map(|(at, name)| Call {
        arguments: call("update", name),
        otherwise: Some(call("set", name)),
        input: Input::Value(at),
    });
    Some(Plan {
        title: match environment {
            Some(environment) => format!("GitLab {project}, environment {environment}"),
            None => format!("GitLab {project}"),
        },
        program: None,
        signed_in: Some(arguments(["auth", "status"])),
        sign_in: "glab auth login".to_owned(),
        calls: calls.collect(),
        look: Some(arguments(["variable", "list", &repo])),
    })
}
