//! Which token a question is about, where its name does not say it.

use dioxus::prelude::*;

use crate::state::{AppState, Load};
use crate::ui::clock::use_clock;
use crate::ui::components::LookAlike;
use model::look_alike;
use protocol::{DeployToken, TokenEntry};

/// Fingerprint, age and last use of a token that shares its name with another active one; else nothing.
#[component]
pub(super) fn Which(token: DeployToken) -> Element {
    let state = use_context::<AppState>();
    let clock = use_clock();
    if !has_twin(state, &token) {
        return rsx! {};
    }
    let print = token
        .fingerprint()
        .map_or_else(|| token.id.to_string(), |it| it.short());
    let created = token.created.known().map(|at| clock.past(at));
    rsx! {
        p { class: "which",
            "Another token has this name. This is the one "
            if let Some(created) = created {
                "made {created} "
            }
            "with "
            span { class: "mono", "{print}" }
            "."
        }
    }
}

/// Points out the active tokens whose names look like this one's.
#[component]
pub(super) fn Alike(token: DeployToken) -> Element {
    let state = use_context::<AppState>();
    let others = match &*state.tokens.entries.read() {
        Load::Ready(entries) => {
            let tokens = entries.iter().filter_map(TokenEntry::token);
            let names = tokens.filter(|it| it.may_be_active()).map(|it| it.name.as_str());
            let found = look_alike::like(&token.name, names);
            found.into_iter().map(str::to_owned).collect()
        }
        Load::Loading | Load::Failed(_) => Vec::new(),
    };
    rsx! {
        LookAlike { what: "token", name: token.name, others }
    }
}

fn has_twin(state: AppState, token: &DeployToken) -> bool {
    let is_twin = |it: &DeployToken| it.name == token.name && it.id != token.id && it.may_be_active();
    match &*state.tokens.entries.read() {
        Load::Ready(entries) => entries.iter().filter_map(TokenEntry::token).any(is_twin),
        _ => false,
    }
}
