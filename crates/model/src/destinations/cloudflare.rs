//! Secrets of a Worker at Cloudflare, by `wrangler`.

use super::{Kind, Plan, arguments, each, is_name, with_scope};

pub(super) const CLOUDFLARE: Kind = Kind {
    name: "cloudflare",
    label: "Cloudflare Workers",
    hint: "WORKER, or WORKER@ENVIRONMENT",
    example: "storefront@production",
    programs: &["wrangler"],
    install: "Install the Cloudflare command line, wrangler, and sign in: wrangler login",
    plan,
};

fn plan(target: &str, names: &[&str]) -> Option<Plan> {
    let (worker, environment) = with_scope(target);
    if !is_name(worker) || environment.is_some_and(|it| !is_name(it)) {
        return None;
    }
    let of_environment = environment.map(|it| format!("--env={it}"));
    let with = |words: &[&str]| {
        let words = words.iter().map(|it| (*it).to_owned());
        words
            .chain([format!("--name={worker}")])
            .chain(of_environment.clone())
            .collect::<Vec<_>>()
    };
    Some(Plan {
        title: match environment {
            Some(environment) => format!("Cloudflare Worker {worker}, environment {environment}"),
            None => format!("Cloudflare Worker {worker}"),
        },
        program: None,
        signed_in: Some(arguments(["whoami"])),
        sign_in: "wrangler login".to_owned(),
        calls: each(names, |name| with(&["secret", "put", name])),
        look: Some(with(&["secret", "list"])),
    })
}
