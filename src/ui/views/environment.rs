//! One environment: its tokens, or what stands in their place.

use dioxus::prelude::*;

use super::blank::{Failed, NoTokens, NothingFound};
use super::for_admins::ForAdmins;
use crate::state::{AppState, Connection, Load, TokensStore, change, visible};
use crate::ui::clock::{Clock, use_clock};
use crate::ui::components::{
    Chips, ChosenBar, Header, ManyMenu, Notices, Review, RowMenu, Shown, TokenTable, TokenTableSkeleton,
    Toolbar, seen, use_many_provider, use_row_menu_provider,
};
use crate::ui::elements::{Icon, StateBlock};
use crate::ui::viewport::use_viewport;
use model::Problem;
use protocol::DeployToken;

/// The page.
#[component]
pub fn EnvironmentView() -> Element {
    let state = use_context::<AppState>();
    let AppState { place, tokens, .. } = state;
    let Review(mut review) = use_context_provider(|| Review(Signal::new(false)));
    let clock = use_clock();
    let shown = use_memo(move || shown(tokens, *review.read(), &clock));
    use_context_provider(|| Shown(shown));
    use_row_menu_provider();
    use_many_provider();
    use_effect(move || note_shown(state, shown));
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
            onkeydown: move |event| {
                if event.key() == Key::Escape {
                    change(review, false);
                    state.chosen.clear();
                }
            },
            onscroll: move |event| viewport.top.set(event.scroll_top()),
            Header {}
            if !tokens.are_hidden() {
                Toolbar {}
                Chips {}
            }
            Notices {}
            Content {}
            ChosenBar {}
        }
        RowMenu {}
        ManyMenu {}
    }
}

#[component]
fn Content() -> Element {
    let state = use_context::<AppState>();
    let Review(review) = use_context::<Review>();
    let Shown(shown) = use_context::<Shown>();
    let tokens = state.tokens;
    let viewport = use_viewport();
    use_effect(move || {
        // Another selection or order starts at its first row.
        let _ = (
            tokens.search.read(),
            tokens.filter.read(),
            tokens.chip.read(),
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
        (Load::Failed(Problem::NotAnAdmin), _) => rsx! {
            ForAdmins {}
        },
        (Load::Failed(message), _) | (Load::Loading, Connection::Failed(message)) => rsx! {
            Failed { problem: message.clone(), message: text::not_fetched(message, None) }
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
            NoTokens { environment: environment.map_or(String::new(), |it| seen(it.name.as_str())) }
        },
        (Load::Ready(_), _) if shown.read().is_empty() => rsx! {
            NothingFound {}
        },
        (Load::Ready(_), _) => rsx! {
            TokenTable { label: "Deploy tokens", shown }
        },
    }
}

/// Notes which of the chosen tokens are not shown.
fn note_shown(state: AppState, shown: Memo<Vec<usize>>) {
    let (entries, shown) = (state.tokens.entries.read(), shown.read());
    if let Load::Ready(entries) = &*entries {
        let tokens = shown.iter().filter_map(|at| entries.get(*at)?.token());
        state.chosen.note_shown(tokens.map(|it| &it.id));
    }
}

/// The entries to show, by their place in the list.
fn shown(tokens: TokensStore, review: bool, clock: &Clock) -> Vec<usize> {
    let entries = tokens.entries.read();
    let Load::Ready(entries) = &*entries else {
        return Vec::new();
    };
    let mut shown = visible(
        entries,
        &tokens.search.read(),
        *tokens.filter.read(),
        *tokens.sort.read(),
        // The moment matters to the order by status alone, and to the review.
        |token| tokens.health_of(token, *clock.now.read()),
    );
    if review {
        let now = *clock.now.read();
        let needs_a_look = |token: &DeployToken| tokens.health_of(token, now).needs_a_look();
        shown.retain(|at| entries[*at].token().is_some_and(needs_a_look));
    }
    if let Some(chip) = *tokens.chip.read() {
        let now = *clock.now.read();
        shown.retain(|at| entries[*at].token().is_some_and(|it| chip.fits(it, &tokens, now)));
    }
    shown
}
