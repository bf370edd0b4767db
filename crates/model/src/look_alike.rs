//! Names that look alike and are not the same: who chooses by the look of one may mean another.

use std::collections::BTreeMap;

use unicode_security::confusable_detection::skeleton;

/// What a name looks like: the same text for all names that a reader may take for one another (Unicode's table of confusables),
/// spaces left out.
pub fn look(name: &str) -> String {
    skeleton(name.trim()).filter(|c| !c.is_whitespace()).collect()
}

/// Of some things, each with its name and id, those that look like another one whose name is written otherwise, together.
pub fn groups<'a>(things: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<Vec<(&'a str, &'a str)>> {
    let mut by_look: BTreeMap<String, Vec<(&str, &str)>> = BTreeMap::new();
    for (name, id) in things {
        by_look.entry(look(name)).or_default().push((name, id));
    }
    let differ = |alike: &Vec<(&str, &str)>| alike.windows(2).any(|pair| pair[0].0 != pair[1].0);
    by_look.into_values().filter(differ).collect()
}

/// Those names that a reader may take for this one, and that are written otherwise; each once.
pub fn like<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let wanted = look(name);
    let mut found: Vec<&str> = names.filter(|it| *it != name && look(it) == wanted).collect();
    found.sort_unstable();
    found.dedup();
    found
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
        let names = || things.iter().map(|(name, _)| *name);
        assert_eq!(like("prod", names()), ["pr\u{43e}d"]);
        assert_eq!(like("twins", names()), [""; 0]);
    }
}
