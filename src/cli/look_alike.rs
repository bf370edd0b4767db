//! Names that look alike and are not the same: who chooses by the look of one may mean another.

use super::output;
use model::look_alike::groups;
use text::Message;

/// Points out those of some things, each with its name and id, that look alike.
pub(super) fn tell<'a>(what: &str, things: impl Iterator<Item = (&'a str, &'a str)>) {
    for alike in groups(things) {
        warn(what, &alike);
    }
}

/// The same where one of them was chosen by its name.
pub(super) fn tell_of<'a>(what: &str, chosen: &str, things: impl Iterator<Item = (&'a str, &'a str)>) {
    for alike in groups(things) {
        if alike.iter().any(|(name, _)| *name == chosen) {
            warn(what, &alike);
        }
    }
}

fn warn(what: &str, alike: &[(&str, &str)]) {
    let named: Vec<String> = alike
        .iter()
        .map(|(name, id)| format!("“{name}” ({id})"))
        .collect();
    output::warning(&Message::new(
        format!(
            "{what} have names that look alike and are not the same: {}.",
            named.join(", ")
        ),
        "Choose by the id.",
    ));
}
