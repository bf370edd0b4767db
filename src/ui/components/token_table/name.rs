//! The name of a token in its row, with what was searched for pointed out in it, and its id.

use dioxus::prelude::*;

use crate::state::AppState;
use crate::ui::components::{Name, seen};
use crate::ui::intent::{TokenIntent, use_send};
use protocol::DeployToken;

/// The name, which opens the details, and, below it, the id. By keyboard the details are in the row's menu.
#[component]
pub(super) fn Named(token: DeployToken) -> Element {
    let send = use_send();
    let DeployToken { id, name, .. } = token;
    let shown = id.clone();
    rsx! {
        button {
            r#type: "button",
            class: "token-name cut token-open",
            title: "{seen(&name)}",
            tabindex: "-1",
            onclick: move |event| {
                let keys = event.modifiers();
                // With these it is the row that is meant.
                if !keys.shift() && !keys.ctrl() && !keys.meta() {
                    send.call(TokenIntent::ShowDetails(shown.clone()).into());
                }
            },
            Highlighted { name: name.clone() }
        }
        TokenId { id: id.to_string() }
    }
}

/// The name of an entry that has no details, and, below it, what it is.
pub(super) fn name_and_place(name: &str, place: &str) -> Element {
    rsx! {
        div { class: "token-name cut", title: "{seen(name)}", Name { text: name } }
        TokenId { id: place }
    }
}

#[component]
fn TokenId(id: String) -> Element {
    rsx! {
        div { class: "token-id mono cut", title: "{id}", "{id}" }
    }
}

/// The name. It is isolated from what stands around it: it may be in a script that runs the other way.
#[component]
fn Highlighted(name: String) -> Element {
    let search = use_context::<AppState>().tokens.search;
    match split(&name, search.read().trim()) {
        Some((before, found, after)) => rsx! {
            bdi { class: "cut",
                {seen(before)}
                mark { {seen(found)} }
                {seen(after)}
            }
        },
        None => rsx! {
            bdi { class: "cut", {seen(&name)} }
        },
    }
}

/// What stands before the first place where it is found whatever its case, that place, and the rest.
fn split<'a>(name: &'a str, wanted: &str) -> Option<(&'a str, &'a str, &'a str)> {
    let wanted: Vec<char> = wanted.chars().flat_map(char::to_lowercase).collect();
    if wanted.is_empty() {
        return None;
    }
    let starts = name.char_indices().map(|(at, _)| at);
    starts.into_iter().find_map(|at| {
        let mut left = wanted.as_slice();
        for (more, c) in name[at..].char_indices() {
            for c in c.to_lowercase() {
                left = left.strip_prefix(&[c])?;
                if left.is_empty() {
                    break;
                }
            }
            if left.is_empty() {
                let end = at + more + c.len_utf8();
                return Some((&name[..at], &name[at..end], &name[end..]));
            }
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn the_first_place_is_found_whatever_its_case() {
        assert_eq!(split("Release-CI", "e-c"), Some(("Releas", "e-C", "I")));
        assert_eq!(split("ÄRGER-ci", "ärg"), Some(("", "ÄRG", "ER-ci")));
        assert_eq!(split("aab", "ab"), Some(("a", "ab", "")));
        assert_eq!(split("release", ""), None);
        assert_eq!(split("release", "x"), None);
    }
}
