//! What stands in the place of the table when there is nothing to list.

use dioxus::prelude::*;

use crate::state::{AppState, Load, Sort, StatusFilter, TokenHealth, visible};
use crate::ui::components::{Review, create};
use crate::ui::elements::{Button, ButtonKind, Icon, StateBlock, Tone};
use crate::ui::intent::{PlaceIntent, use_send};
use model::{CallError, Problem};
use protocol::{DeployToken, TokenEntry};
use text::{Message, grouped};

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
    let (mut search, mut filter, mut chip) = (tokens.search, tokens.filter, tokens.chip);
    let wanted = search.read().trim().to_owned();
    let elsewhere = match &*tokens.entries.read() {
        Load::Ready(entries) => matching(entries, &wanted, StatusFilter::All),
        _ => 0,
    };
    const SEARCHED: &str = "Search looks at names, ids and the start of fingerprints.";
    let others = |status: &str| match elsewhere {
        0 => SEARCHED.to_owned(),
        1 => format!("One {status} token matches."),
        count => format!("{} {status} tokens match.", grouped(count)),
    };
    let is_narrowed = chip.read().is_some();
    let (title, text) = match (wanted.is_empty(), *filter.read()) {
        _ if is_narrowed => (
            "No token is shown".to_owned(),
            "The list is narrowed by the choice above it, and by what is searched for.".to_owned(),
        ),
        (false, StatusFilter::All) => (format!("Nothing matches “{wanted}”"), SEARCHED.to_owned()),
        (false, StatusFilter::Active) => (format!("No active token matches “{wanted}”"), others("revoked")),
        (false, StatusFilter::Revoked) => (format!("No revoked token matches “{wanted}”"), others("active")),
        (true, StatusFilter::Revoked) => (
            "No revoked tokens".to_owned(),
            "A token that is revoked stays here until its record is deleted.".to_owned(),
        ),
        (true, _) => (
            "No active tokens".to_owned(),
            "Every token of this environment is revoked. No runner can read it.".to_owned(),
        ),
    };
    rsx! {
        StateBlock { icon: Icon::Search, title, text,
            Button {
                label: if elsewhere > 0 { "Show all that match" } else { "Show all tokens" },
                onclick: move |()| {
                    review.set(false);
                    chip.set(None);
                    if elsewhere == 0 {
                        search.set(String::new());
                    }
                    filter.set(StatusFilter::All);
                },
            }
        }
    }
}

/// How many readable entries match.
fn matching(entries: &[TokenEntry], search: &str, filter: StatusFilter) -> usize {
    if search.is_empty() {
        return 0;
    }
    let as_it_is = |_: &DeployToken| TokenHealth::Active;
    let shown = visible(entries, search, filter, Sort::default(), as_it_is);
    shown.iter().filter(|at| entries[**at].token().is_some()).count()
}
