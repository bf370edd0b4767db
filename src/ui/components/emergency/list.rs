//! Every active token, by environment, to be chosen.

use std::collections::BTreeSet;

use dioxus::prelude::*;

use crate::state::{AppState, Group, Load, groups};
use crate::ui::clock::use_clock;
use crate::ui::components::Name;
use crate::ui::elements::{Button, ButtonKind, Glyph, Icon, StateBlock};
use model::PlacedToken;
use model::look_alike::look;
use protocol::{DeployTokenId, Fingerprint, Occurrence};
use text::grouped;

/// The most tokens of one environment that are rendered; all of them can be chosen.
const MOST: usize = 200;

/// The list.
#[component]
pub fn EmergencyList() -> Element {
    let store = use_context::<AppState>().emergency;
    let found = use_memo(move || match &*store.active.read() {
        Load::Ready(all) => groups(all, &store.search.read()),
        _ => Vec::new(),
    });
    if found.read().is_empty() {
        let is_for_admins = store.unlisted.read().iter().any(|it| it.for_admins().is_some());
        let searched = !store.search.read().trim().is_empty();
        return rsx! {
            if searched {
                StateBlock {
                    icon: Icon::Search,
                    title: "No active token matches",
                    text: "Search looks at names, ids, projects and environments.",
                }
            } else if is_for_admins {
                StateBlock {
                    icon: Icon::Shield,
                    title: "No token that you can see",
                    text: "There may be active ones: they are shown to admins alone.",
                }
            } else {
                StateBlock {
                    icon: Icon::Check,
                    title: "No active tokens",
                    text: "No runner can fetch anything with a deploy token that you can see.",
                }
            }
        };
    }
    let with_project = *store.projects.read() > 1;
    rsx! {
        for (index , group) in found.read().iter().cloned().enumerate() {
            TokenGroup { key: "{group.project}/{group.environment}/{index}", group, index, with_project }
        }
    }
}

fn all_in(selected: &BTreeSet<DeployTokenId>, tokens: &[PlacedToken]) -> bool {
    tokens.iter().all(|it| selected.contains(&it.token.id))
}

#[component]
fn TokenGroup(group: Group, index: usize, with_project: bool) -> Element {
    let store = use_context::<AppState>().emergency;
    let Group {
        project,
        environment,
        tokens,
    } = group;
    let count = tokens.len();
    let place = if with_project {
        text::place(&project, &environment)
    } else {
        text::environment(&environment).to_owned()
    };
    let all = all_in(&store.selected.read(), &tokens);
    let verb = if all { "Unselect" } else { "Select" };
    let twins = use_memo(use_reactive((&tokens,), |(tokens,)| twins(&tokens)));
    let more = count.saturating_sub(MOST);
    let ids: Vec<DeployTokenId> = tokens.iter().map(|it| it.token.id.clone()).collect();
    rsx! {
        section { class: "active-group", "aria-labelledby": "active-{index}",
            header { class: "active-head",
                h2 { id: "active-{index}", class: "cut", title: "{place}", "{place}" }
                Button {
                    kind: ButtonKind::Link,
                    label: "{verb} all {grouped(count)} in {place}",
                    short: "{verb} all {grouped(count)}",
                    onclick: move |()| store.choose(ids.iter().cloned(), !all),
                }
            }
            ul { class: "active-list", "aria-labelledby": "active-{index}",
                for placed in tokens.iter().take(MOST).cloned() {
                    TokenLine {
                        key: "{placed.token.id}",
                        has_twin: twins.read().contains(&look(&placed.token.name)),
                        placed,
                    }
                }
            }
            if more > 0 {
                p { class: "active-more", "{grouped(more)} more. Search to see them; “Select all” takes them too." }
            }
        }
    }
}

/// What the names of more than one of these tokens look like.
fn twins(tokens: &[PlacedToken]) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let looks = tokens.iter().map(|it| look(&it.token.name));
    looks.filter(|it| !seen.insert(it.clone())).collect()
}

/// A token of a name that another one has, too, or that looks like another one's, is told apart by its fingerprint and its age.
#[component]
fn TokenLine(placed: PlacedToken, has_twin: bool) -> Element {
    let store = use_context::<AppState>().emergency;
    let clock = use_clock();
    let token = placed.token;
    let (print, created) = (token.fingerprint().map(Fingerprint::short), token.created.known());
    let id = token.id.clone();
    let chosen = store.selected.read().contains(&token.id);
    let used = match token.last_use {
        Occurrence::At(at) => format!("Used {}", clock.past(at)),
        Occurrence::Never => "Never used".to_owned(),
        Occurrence::NotKnown(_) => "Last use not known".to_owned(),
    };
    let expires = match token.end {
        Occurrence::Never => ", never expires",
        Occurrence::At(at) if at <= *clock.now.read() => ", expired",
        Occurrence::At(_) | Occurrence::NotKnown(_) => "",
    };
    let exact = match token.last_use.known() {
        Some(at) => format!("Last used {}\n", clock.exact(at)),
        None => String::new(),
    };
    rsx! {
        li {
            label { class: "exposed", "data-chosen": if chosen { "true" }, title: "{exact}{token.id}",
                input {
                    r#type: "checkbox",
                    class: "tick-input",
                    checked: chosen,
                    onchange: move |event| store.choose([id.clone()], event.checked()),
                }
                span { class: "tick", "aria-hidden": "true",
                    if chosen {
                        Glyph { icon: Icon::Check, size: 16 }
                    }
                }
                span { class: "active-words",
                    span { class: "active-name cut", Name { text: token.name.clone() } }
                    span { class: "active-facts",
                        "{used}{expires}"
                        if let (true, Some(print)) = (has_twin, &print) {
                            " · "
                            span { class: "mono", "{print}" }
                            if let Some(created) = created {
                                ", made {clock.past(created)}"
                            }
                        }
                    }
                }
            }
        }
    }
}
