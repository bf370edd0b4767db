//! An item of 1Password with both values in concealed fields of their names, by `op`, which takes an item as JSON.

use super::{Call, Input, Kind, Plan, arguments, is_title};

pub(super) const ONE_PASSWORD: Kind = Kind {
    name: "1password",
    label: "1Password",
    hint: "VAULT/ITEM: a secure note of its own, which is replaced as a whole; read as op://VAULT/ITEM/GHOSTABLE_CI_TOKEN",
    example: "Deployment/Storefront production",
    programs: &["op"],
    install: "Install the 1Password command line, op, and sign in: op signin",
    plan,
};

fn plan(target: &str, _: &[&str]) -> Option<Plan> {
    let (vault, item) = target.split_once('/')?;
    if !is_title(vault) || !is_title(item) || item.contains('/') {
        return None;
    }
    let place = format!("--vault={vault}");
    Some(Plan {
        title: format!("1Password item {item} in {vault}"),
        program: None,
        signed_in: Some(arguments(["whoami"])),
        sign_in: "op signin".to_owned(),
        calls: vec![Call {
            arguments: arguments(["item", "edit", item, &place]),
            otherwise: Some(arguments(["item", "create", "-", &place])),
            input: Input::OnePassword(item.to_owned()),
        }],
        look: Some(arguments(["item", "get", item, &place])),
    })
}
