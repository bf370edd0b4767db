//! Names that look alike and are not the same: who chooses by the look of one may mean another.

use std::collections::BTreeMap;

use unicode_security::confusable_detection::skeleton;

use super::output;
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

/// Things that look like another one whose name is written otherwise.
fn groups<'a>(things: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<Vec<(&'a str, &'a str)>> {
    let mut by_look: BTreeMap<String, Vec<(&str, &str)>> = BTreeMap::new();
    for (name, id) in things {
        let look: String = skeleton(name.trim()).filter(|c| !c.is_whitespace()).collect();
        by_look.entry(look).or_default().push((name, id));
    }
    let differ = |alike: &Vec<(&str, &str)>| alike.windows(2).any(|pair| pair[0].0 != pair[1].0);
    by_look.into_values().filter(differ).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_are_written_otherwise_are_pointed_out() {
        let things = [
            ("prod", "1"),
            ("pr\u{43e}d", "2"),
            ("prod", "3"),
            ("twins", "4"),
            ("twins", "5"),
            ("ci-l", "6"),
            ("ci-1", "7"),
            ("other", "8"),
        ];
        let found = groups(things.into_iter());
        let ids: Vec<Vec<&str>> = found
            .iter()
            .map(|alike| alike.iter().map(|(_, id)| *id).collect())
            .collect();
        assert_eq!(ids, [vec!["6", "7"], vec!["1", "2", "3"]]);
    }
}
