//! An item of Bitwarden with both values in hidden fields of their names, by `bw`, which takes an item as base64 of JSON.
//!
//! It is changed by its id alone: `bw` finds nothing by name that it could change, and making one each time would leave the
//! revoked values of the former ones beside it.

use super::{Call, Input, Kind, Plan, arguments, is_title};

/// How long an id is.
const ID: usize = 36;

pub(super) const BITWARDEN: Kind = Kind {
    name: "bitwarden",
    label: "Bitwarden",
    hint: "NAME@ID: a secure note of its own, which is replaced as a whole (name, notes and folder, too), and its id, as bw get item NAME shows it",
    example: "Storefront production@16b15b89-65b3-4639-ad2a-95052a6d8f66",
    programs: &["bw"],
    install: "Install the Bitwarden command line, bw, and sign in: bw login",
    plan,
};

fn plan(target: &str, _: &[&str]) -> Option<Plan> {
    let (name, id) = target.rsplit_once('@')?;
    if !is_title(name) || !is_id(id) {
        return None;
    }
    Some(Plan {
        title: format!("Bitwarden item {name}"),
        program: None,
        signed_in: Some(arguments(["unlock", "--check"])),
        sign_in: "bw unlock, start this from there with the BW_SESSION that it prints,".to_owned(),
        calls: vec![Call {
            arguments: arguments(["edit", "item", id]),
            otherwise: None,
            input: Input::Bitwarden(name.to_owned()),
        }],
        look: Some(arguments(["get", "item", id, "--pretty"])),
    })
}

/// Whether it is a UUID, in letters as `bw` writes them.
fn is_id(text: &str) -> bool {
    let fits = |(at, c): (usize, char)| match at {
        8 | 13 | 18 | 23 => c == '-',
        _ => matches!(c, '0'..='9' | 'a'..='f'),
    };
    text.len() == ID && text.chars().enumerate().all(fits)
}
