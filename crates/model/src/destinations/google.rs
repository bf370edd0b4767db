//! A version of a secret of Google Secret Manager with both values as JSON, by `gcloud`.

use super::{Call, Input, Kind, Plan, is_name, with_scope};
use crate::formats;

pub(super) const GOOGLE: Kind = Kind {
    name: "gcp",
    label: "Google Secret Manager",
    hint: "SECRET, or SECRET@PROJECT; both values are in it, as JSON",
    example: "storefront-production@northwind",
    programs: &["gcloud"],
    install: "Install the Google Cloud command line, gcloud, and sign in: gcloud auth login",
    plan,
};

fn plan(target: &str, _: &[&str]) -> Option<Plan> {
    let (secret, project) = with_scope(target);
    if !is_name(secret) || project.is_some_and(|it| !is_name(it)) {
        return None;
    }
    let format = formats::named("json")?;
    let in_project = project.map(|it| format!("--project={it}"));
    let with = |words: &[&str]| {
        let words = words.iter().map(|it| (*it).to_owned());
        words
            .chain(["--quiet".to_owned()])
            .chain(in_project.clone())
            .collect::<Vec<_>>()
    };
    let newest = ["--limit=1", "--format=value(name,createTime)"];
    Some(Plan {
        title: match project {
            Some(project) => format!("Google secret {secret} of {project}"),
            None => format!("Google secret {secret}"),
        },
        program: None,
        // What asks prints a token; the call itself says who is not signed in.
        signed_in: None,
        sign_in: "gcloud auth login".to_owned(),
        calls: vec![Call {
            arguments: with(&["secrets", "versions", "add", secret, "--data-file=-"]),
            otherwise: Some(with(&["secrets", "create", secret, "--data-file=-"])),
            input: Input::Whole(format),
        }],
        look: Some(with(&[
            "secrets", "versions", "list", secret, newest[0], newest[1],
        ])),
    })
}
