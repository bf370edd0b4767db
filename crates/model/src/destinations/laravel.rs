//! Environment variables at Laravel Cloud, by `cloud`, which merges a dotenv file into those that are there. It reads its
//! standard input by the name that Unix has for that.
//!
//! Laravel's other tools are not here (docs/destinations.md): `forge env:push` and `vapor env:push` put a file in the place of
//! *all* variables, and `vapor secret` is no more.

use super::{Call, Input, Kind, Plan, arguments, is_name};
use crate::formats;

pub(super) const LARAVEL_CLOUD: Kind = Kind {
    name: "laravel-cloud",
    label: "Laravel Cloud",
    hint: "the id of the environment, as cloud environment:list shows it",
    example: "env-9d2a7c51",
    programs: &["cloud"],
    install: "Install the Laravel Cloud command line, laravel/cloud-cli, and sign in: cloud auth",
    plan,
};

fn plan(target: &str, _: &[&str]) -> Option<Plan> {
    // A mere name could be one of another application.
    if !is_name(target) || !target.starts_with("env-") {
        return None;
    }
    let push = [
        "env:push",
        target,
        "--file=/dev/stdin",
        "--force",
        "--no-interaction",
    ];
    Some(Plan {
        title: format!("Laravel Cloud environment {target}"),
        program: None,
        signed_in: Some(arguments(["application:list", "--json", "--no-interaction"])),
        sign_in: "cloud auth".to_owned(),
        calls: vec![Call {
            arguments: arguments(push),
            otherwise: None,
            input: Input::Block(formats::DOTENV),
        }],
        // What lists variables lists their values as well.
        look: None,
    })
}
