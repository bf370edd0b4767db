//! The question before something is done with all chosen tokens.

use dioxus::prelude::*;

use super::ID;
use super::words::{is_confirmed, style, wanted};
use crate::state::{AppState, BulkKind};
use crate::ui::clock::use_clock;
use crate::ui::components::dialogs::EndChoice;
use crate::ui::components::seen;
use crate::ui::elements::{Button, DialogActions, DialogBody, DialogHead, TextField};
use crate::ui::intent::{TokenIntent, use_send};
use protocol::{DeployToken, Environment};
use text::{grouped, plural};

/// An hour, in seconds.
const HOUR: i64 = 3600;
/// So many names are listed.
const NAMED: usize = 6;

#[component]
pub(super) fn Question(kind: BulkKind) -> Element {
    let state = use_context::<AppState>();
    let send = use_send();
    let mut typed = use_signal(String::new);
    let end = use_signal(|| Ok(*state.tokens.lifetime.peek()));
    let tokens = use_memo(move || state.chosen.fit(kind, &state.tokens));
    let count = tokens.read().len();
    let style = style(kind);
    let is_production = state
        .place
        .environment
        .read()
        .as_ref()
        .is_some_and(Environment::is_production);
    let is_typed = kind == BulkKind::Revoke || (is_production && kind == BulkKind::Rotate);
    let issues = matches!(kind, BulkKind::Rotate | BulkKind::Replace);
    let is_allowed = move |typed: &str| {
        count > 0 && (!is_typed || is_confirmed(typed, kind, count)) && (!issues || end.peek().is_ok())
    };
    let allowed = is_allowed(&typed.read()) && (!issues || end.read().is_ok());
    let what = format!("{} {}", style.verb, plural(count, "token"));
    rsx! {
        form {
            onsubmit: move |event| {
                event.prevent_default();
                if is_allowed(&typed.peek()) {
                    let lifetime = end.peek().clone().unwrap_or_default();
                    send.call(TokenIntent::InBulk(kind, lifetime).into());
                }
            },
            DialogHead { id: ID, icon: style.icon, tone: style.tone, title: "{what}?",
                p { "{style.consequence}" }
            }
            DialogBody {
                Facts { kind, tokens }
                if issues {
                    EndChoice { chosen: end }
                }
                if is_typed && count > 0 {
                    TextField {
                        id: "bulk-words",
                        label: if is_production { "This is production. Type “{wanted(kind, count)}” to confirm" } else { "Type “{wanted(kind, count)}” to confirm" },
                        value: typed,
                        autofocus: true,
                        oninput: move |text| typed.set(text),
                    }
                }
            }
            DialogActions {
                Button {
                    label: "Cancel",
                    autofocus: !is_typed,
                    onclick: move |()| state.dialog.close(),
                }
                Button {
                    kind: style.button,
                    label: what,
                    submit: true,
                    disabled: !allowed,
                }
            }
        }
    }
}

/// Which they are, and what is to be known of them before.
#[component]
fn Facts(kind: BulkKind, tokens: ReadSignal<Vec<DeployToken>>) -> Element {
    let state = use_context::<AppState>();
    let clock = use_clock();
    let tokens = tokens.read();
    let count = tokens.len();
    let hidden = state.chosen.hidden.read();
    let hidden = tokens.iter().filter(|it| hidden.contains(&it.id)).count();
    let recently = clock.now.read().plus_seconds(-HOUR);
    let is_used = |it: &&DeployToken| it.last_use.known().is_some_and(|at| at >= recently);
    let used = if kind == BulkKind::Delete {
        0
    } else {
        tokens.iter().filter(is_used).count()
    };
    let left_out = state.chosen.tokens.read().len().saturating_sub(count);
    let unsent = match kind {
        BulkKind::Rotate | BulkKind::Replace => {
            let handed = state.tokens.handed.read();
            let is_unsent = |it: &&DeployToken| handed.get(&it.id).is_none_or(Vec::is_empty);
            tokens.iter().filter(is_unsent).count()
        }
        BulkKind::Revoke | BulkKind::Delete => 0,
    };
    let others = style(kind).others;
    let more = count.saturating_sub(NAMED);
    rsx! {
        ul { class: "bulk-names", role: "list", "aria-label": "Tokens",
            for token in tokens.iter().take(NAMED) {
                li { key: "{token.id}", class: "cut", title: "{token.id}",
                    bdi { {seen(&token.name)} }
                    if let Some(print) = token.fingerprint() {
                        span { class: "mono bulk-print", " {print.short()}" }
                    }
                }
            }
            if more > 0 {
                li { "and {grouped(more)} more" }
            }
        }
        if let Some(facts) = text::emergency::chosen(count, hidden, used) {
            p { class: "bulk-fact", "{facts}" }
        }
        if left_out > 0 {
            p { class: "bulk-fact", "{grouped(left_out)} of those that are chosen left out: {others}." }
        }
        if unsent > 0 {
            p { class: "bulk-fact",
                "{grouped(unsent)} left as they are: it is not known here where their values are. Rotate those one by one."
            }
        }
    }
}
