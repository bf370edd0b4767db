//! Which of the findings are shown: by words, and by kind.

use std::collections::BTreeMap;

use dioxus::prelude::*;

use crate::state::{AppState, Audited};
use crate::ui::elements::SearchField;
use text::audit::{KINDS, kind, kind_in_words};
use text::grouped;

/// A search field, and a chip for each kind that there is.
#[component]
pub(super) fn Tools(shown: ReadSignal<Option<Audited>>) -> Element {
    let store = use_context::<AppState>().audit;
    let (mut search, mut chosen) = (store.search, store.kind);
    let kinds = use_memo(move || counts(shown.read().as_ref()));
    let kinds = kinds.read();
    let total: usize = kinds.iter().map(|(_, count)| count).sum();
    let all = std::iter::once((None, total)).chain(kinds.iter().map(|(kind, count)| (Some(*kind), *count)));
    rsx! {
        div { class: "everywhere-tools",
            SearchField {
                id: "search",
                label: "Search findings",
                placeholder: "Search name, project, environment",
                value: search,
                oninput: move |text| search.set(text),
            }
            div { class: "chips", role: "group", "aria-label": "Kind",
                for (it , count) in all {
                    button {
                        key: "{it:?}",
                        r#type: "button",
                        class: "chip",
                        "aria-pressed": *chosen.read() == it,
                        onclick: move |_| chosen.set(it),
                        {it.map_or("All", kind_in_words)}
                        span { class: "count", " {grouped(count)}" }
                    }
                }
            }
        }
    }
}

/// How many there are of each kind, in the order of the kinds.
fn counts(shown: Option<&Audited>) -> Vec<(&'static str, usize)> {
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in shown.iter().flat_map(|it| &it.audit.findings) {
        *found.entry(kind(&finding.fact)).or_default() += 1;
    }
    let counted = |(kind, _): &(&'static str, &str)| Some((*kind, *found.get(kind)?));
    KINDS.iter().filter_map(counted).collect()
}
