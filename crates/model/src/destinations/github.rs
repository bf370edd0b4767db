//! Secrets of GitHub Actions: of a repository, one of its environments, or an organisation; by `gh`.

use super::{Kind, Plan, arguments, each, is_name, with_scope};

pub(super) const GITHUB: Kind = Kind {
    name: "github",
    label: "GitHub Actions",
    hint: "OWNER/REPOSITORY, OWNER/REPOSITORY@ENVIRONMENT or ORGANISATION; a server of one's own before it: HOST/OWNER/REPOSITORY",
    example: "northwind/storefront@production",
    programs: &["gh"],
    install: "Install the GitHub command line, gh, and sign in: gh auth login",
    plan,
};

const HOST: &str = "github.com";

fn plan(target: &str, names: &[&str]) -> Option<Plan> {
    let (owner, environment) = with_scope(target);
    let parts: Vec<_> = owner.split('/').collect();
    let of_environment = environment.map(|it| format!("--env={it}"));
    let (host, whose, title) = match (parts.as_slice(), environment) {
        ([organisation], None) => (
            HOST,
            format!("--org={organisation}"),
            format!("GitHub organisation {organisation}"),
        ),
        ([_, _], _) => (HOST, format!("--repo={owner}"), titled(owner, environment)),
        ([host, _, _], _) => (*host, format!("--repo={owner}"), titled(owner, environment)),
        _ => return None,
    };
    if !parts.iter().all(|part| is_part(part)) || environment.is_some_and(str::is_empty) {
        return None;
    }
    let with = |words: &[&str]| {
        let words = words.iter().map(|it| (*it).to_owned());
        words
            .chain([whose.clone()])
            .chain(of_environment.clone())
            .collect::<Vec<_>>()
    };
    Some(Plan {
        title,
        program: None,
        signed_in: Some(arguments(["auth", "status", &format!("--hostname={host}")])),
        sign_in: format!("gh auth login --hostname {host}"),
        calls: each(names, |name| with(&["secret", "set", name])),
        look: Some(with(&["secret", "list"])),
    })
}

fn titled(repository: &str, environment: Option<&str>) -> String {
    match environment {
        Some(environment) => format!("GitHub {repository}, environment {environment}"),
        None => format!("GitHub {repository}"),
    }
}

/// A name, or a host with a port.
fn is_part(text: &str) -> bool {
    match text.split_once(':') {
        Some((host, port)) => is_name(host) && port.parse::<u16>().is_ok(),
        None => is_name(text),
    }
}
