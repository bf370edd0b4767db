//! Which choices a few letters mean.

use std::cmp::Reverse;

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::choices::Choice;

/// So many are shown: who needs more types another letter.
const SHOWN: usize = 40;

/// Those that have the letters in this order, the best first; of equally good ones the first first.
pub(super) fn found(all: &[Choice], typed: &str) -> Vec<Choice> {
    if typed.trim().is_empty() {
        return all.iter().take(SHOWN).cloned().collect();
    }
    let pattern = Pattern::new(typed, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let (mut letters, mut text) = (Vec::new(), String::new());
    let mut scored: Vec<(Reverse<u32>, usize)> = Vec::new();
    for (at, choice) in all.iter().enumerate() {
        text.clear();
        text.extend([&*choice.label, " ", &*choice.beside]);
        let haystack = Utf32Str::new(&text, &mut letters);
        scored.extend(
            pattern
                .score(haystack, &mut matcher)
                .map(|score| (Reverse(score), at)),
        );
    }
    scored.sort_unstable();
    let best = scored.into_iter().take(SHOWN);
    best.filter_map(|(_, at)| all.get(at).cloned()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::choices::{Goal, Mark, pages};
    use super::*;
    use protocol::{EnvironmentId, ProjectId};

    fn labels(typed: &str) -> Vec<String> {
        let environment = |name: &str, project: &str| {
            let goal = Goal::Environment(
                ProjectId::parse("p").unwrap(),
                EnvironmentId::parse(name).unwrap(),
            );
            Choice::new(goal, Mark::Place("other"), name, project)
        };
        let mut all = vec![
            environment("staging", "Storefront"),
            environment("production", "Storefront"),
            environment("production", "Billing"),
        ];
        all.extend(pages());
        let found = found(&all, typed).into_iter();
        found.map(|it| format!("{} {}", it.label, it.beside)).collect()
    }

    #[test]
    fn a_few_letters_find_what_has_them_in_order() {
        assert_eq!(labels("").len(), 9);
        assert_eq!(labels("bil"), ["production Billing"]);
        assert_eq!(labels("prod bil"), ["production Billing"]);
        assert_eq!(labels("prdctn")[0], "production Storefront");
        assert_eq!(labels("emer"), ["Emergency page"]);
        assert_eq!(labels("STAG")[0], "staging Storefront");
        assert!(labels("nothing like it").is_empty());
    }
}
