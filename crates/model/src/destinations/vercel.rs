//! Environment variables of a project at Vercel, by `vercel`, which knows the project by its folder.

use super::{Kind, Plan, arguments, each, is_name, with_scope};

pub(super) const VERCEL: Kind = Kind {
    name: "vercel",
    label: "Vercel",
    hint: "FOLDER@ENVIRONMENT: a folder that is linked to the project (vercel link), and production, preview or another environment",
    example: "/home/me/storefront@production",
    programs: &["vercel"],
    install: "Install the Vercel command line, vercel, and sign in: vercel login",
    plan,
};

fn plan(target: &str, names: &[&str]) -> Option<Plan> {
    let (folder, environment) = with_scope(target);
    let environment = environment.filter(|it| is_name(it))?;
    if !std::path::Path::new(folder).is_absolute() {
        return None;
    }
    let place = format!("--cwd={folder}");
    // Vercel keeps nothing hidden of an environment for development.
    let hidden = (environment != "development").then(|| "--sensitive".to_owned());
    let add = |name: &str| {
        let mut words = arguments(["env", "add", name, environment, "--force", &place]);
        words.extend(hidden.clone());
        words
    };
    Some(Plan {
        title: format!("Vercel {folder}, {environment}"),
        program: None,
        signed_in: Some(arguments(["whoami"])),
        sign_in: "vercel login".to_owned(),
        calls: each(names, add),
        look: Some(arguments(["env", "ls", environment, &place])),
    })
}
