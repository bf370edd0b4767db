//! What stands in the place of the table when there is nothing to list.

use dioxus::prelude::*;

use crate::state::{AppState, StatusFilter};
use crate::ui::components::{Review, create};
use crate::ui::elements::{Button, ButtonKind, Icon, StateBlock, Tone};
use crate::ui::intent::{PlaceIntent, use_send};
use model::{CallError, Problem};
use text::Message;

#[component]
pub(super) fn Failed(problem: Problem, message: Message) -> Element {
    let send = use_send();
    let is_network = problem.call().is_some_and(CallError::is_network);
    rsx! {
        StateBlock {
            icon: if is_network { Icon::Offline } else { Icon::Warning },
            tone: Tone::Danger, title: message.what.trim_end_matches('.'), text: message.next,
            Button { icon: Icon::Refresh, label: "Retry", onclick: move |()| send.call(PlaceIntent::Retry.into()) }
        }
    }
}

#[component]
pub(super) fn NoTokens(environment: String) -> Element {
    let state = use_context::<AppState>();
    rsx! {
        StateBlock {
            icon: Icon::Key,
            title: "No deploy tokens in {environment}",
            text: "A deploy token lets a CI runner read the variables of this environment, and nothing else. Its two values are shown once, when it is made.",
            Button {
                kind: ButtonKind::Primary,
                icon: Icon::Plus,
                label: "Create the first token",
                onclick: move |()| create(state),
            }
        }
    }
}

#[component]
pub(super) fn NothingFound() -> Element {
    let tokens = use_context::<AppState>().tokens;
    let Review(mut review) = use_context::<Review>();
    let (mut search, mut filter) = (tokens.search, tokens.filter);
    let wanted = search.read().trim().to_owned();
    let (title, text) = match (wanted.is_empty(), *filter.read()) {
        (false, StatusFilter::All) => (
            format!("Nothing matches “{wanted}”"),
            "Search looks at names, ids and the start of fingerprints.",
        ),
        (false, StatusFilter::Active) => (
            format!("No active token matches “{wanted}”"),
            "It may be among the revoked ones.",
        ),
        (false, StatusFilter::Revoked) => (
            format!("No revoked token matches “{wanted}”"),
            "It may be among the active ones.",
        ),
        (true, StatusFilter::Revoked) => (
            "No revoked tokens".to_owned(),
            "A token that is revoked stays here until its record is deleted.",
        ),
        (true, _) => (
            "No active tokens".to_owned(),
            "Every token of this environment is revoked. No runner can deploy.",
        ),
    };
    rsx! {
        StateBlock { icon: Icon::Search, title, text,
            Button {
                label: "Show all tokens",
                onclick: move |()| {
                    review.set(false);
                    search.set(String::new());
                    filter.set(StatusFilter::All);
                },
            }
        }
    }
}
