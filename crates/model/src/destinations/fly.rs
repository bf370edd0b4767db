//! Secrets of an app at Fly, by `fly`, which takes lines of `NAME=value` and leaves other secrets as they are.

use super::{Call, Input, Kind, Plan, arguments, is_name};
use crate::formats;

pub(super) const FLY: Kind = Kind {
    name: "fly",
    label: "Fly",
    hint: "the name of the app",
    example: "storefront",
    programs: &["fly", "flyctl"],
    install: "Install the Fly command line, fly, and sign in: fly auth login",
    plan,
};

fn plan(target: &str, _: &[&str]) -> Option<Plan> {
    let format = formats::named("docker").filter(|_| is_name(target))?;
    let app = format!("--app={target}");
    Some(Plan {
        title: format!("Fly app {target}"),
        program: None,
        signed_in: Some(arguments(["auth", "whoami"])),
        sign_in: "fly auth login".to_owned(),
        calls: vec![Call {
            arguments: arguments(["secrets", "import", &app]),
            otherwise: None,
            input: Input::Block(format),
        }],
        look: Some(arguments(["secrets", "list", &app])),
    })
}
