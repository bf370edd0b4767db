//! One environment: its tokens, or what stands in their place.

use dioxus::prelude::*;

use crate::domain::{Message, TokenEntry};
use crate::state::{AppState, Connection, Load, StatusFilter, attention, visible};
use crate::ui::clock::use_clock;
use crate::ui::components::{
    Header, Notices, Review, RowMenu, TokenTable, TokenTableSkeleton, Toolbar, create, use_row_menu_provider,
};
use crate::ui::elements::{Button, ButtonKind, Icon, StateBlock, Tone};
use crate::ui::intent::{Intent, use_send};
use crate::ui::viewport::use_viewport;

/// The page.
#[component]
pub fn EnvironmentView() -> Element {
    let place = use_context::<AppState>().place;
    let Review(mut review) = use_context_provider(|| Review(Signal::new(false)));
    use_row_menu_provider();
    let mut viewport = use_viewport();
    use_effect(move || {
        // Another environment starts unfiltered.
        let _ = place.environment.read();
        review.set(false);
    });
    rsx! {
        main {
            class: "main",
            "aria-labelledby": "page-title",
            onscroll: move |event| viewport.top.set(event.scroll_top()),
            Header {}
            Toolbar {}
            Notices {}
            Content {}
        }
        RowMenu {}
    }
}

#[component]
fn Content() -> Element {
    let state = use_context::<AppState>();
    let Review(review) = use_context::<Review>();
    let clock = use_clock();
    let tokens = state.tokens;
    let shown: Memo<Vec<TokenEntry>> = use_memo(move || {
        let entries = tokens.entries.read();
        let Load::Ready(entries) = &*entries else {
            return Vec::new();
        };
        let mut shown = visible(
            entries,
            &tokens.search.read(),
            *tokens.filter.read(),
            *tokens.sort.read(),
        );
        if *review.read() {
            let wanted: Vec<_> = attention(entries, *clock.now.read())
                .into_iter()
                .map(|it| it.name)
                .collect();
            shown.retain(|entry| entry.token().is_some_and(|token| wanted.contains(&token.name)));
        }
        shown
    });
    let viewport = use_viewport();
    use_effect(move || {
        // Another selection or order starts at its first row.
        let _ = (
            tokens.search.read(),
            tokens.filter.read(),
            tokens.sort.read(),
            review.read(),
        );
        if *viewport.top.peek() > 0.0 {
            document::eval("document.querySelector('.main').scrollTo(0, 0);");
        }
    });
    let environment = state.place.environment.read().clone();
    let connection = state.place.connection.read();
    match (&*tokens.entries.read(), &*connection) {
        (Load::Failed(message), _) | (Load::Loading, Connection::Failed(message)) => rsx! {
            Failed { message: message.clone() }
        },
        (Load::Loading, Connection::Open)
            if environment.is_none() && state.place.project.read().is_some() =>
        {
            rsx! {
                StateBlock {
                    icon: Icon::Key,
                    title: "This project has no environment",
                    text: "Deploy tokens belong to an environment. Make one with the Ghostable command line, then refresh.",
                }
            }
        }
        (Load::Loading, _) => rsx! {
            TokenTableSkeleton {}
        },
        (Load::Ready(entries), _) if entries.is_empty() => rsx! {
            NoTokens { environment: environment.map_or(String::new(), |it| it.name.to_string()) }
        },
        (Load::Ready(_), _) if shown.read().is_empty() => rsx! {
            NothingFound {}
        },
        (Load::Ready(_), _) => rsx! {
            TokenTable { label: "Deploy tokens", entries: shown }
        },
    }
}

#[component]
fn Failed(message: Message) -> Element {
    let send = use_send();
    rsx! {
        StateBlock { icon: Icon::Offline, tone: Tone::Danger, title: message.what.trim_end_matches('.'), text: message.next,
            Button { icon: Icon::Refresh, label: "Retry", onclick: move |()| send.call(Intent::Retry) }
        }
    }
}

#[component]
fn NoTokens(environment: String) -> Element {
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
fn NothingFound() -> Element {
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
