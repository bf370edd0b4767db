//! What is known of a token, a line each. What is not known says why: there is no pointer on a phone to ask with.

use dioxus::prelude::*;

use crate::state::{AppState, Load};
use crate::ui::clock::use_clock;
use crate::ui::components::{CopiedFact, Ends, Fact, Happened, Name, TimeAgo, seen};
use model::{HolderKind, PublicText, Standing, author_of};
use protocol::{ActivityKind, DeployToken, Fingerprint, Moment, Occurrence, TokenStatus};

#[component]
pub(super) fn Facts(token: DeployToken) -> Element {
    let state = use_context::<AppState>();
    let clock = use_clock();
    let seen = state.tokens.uses.read().of(&token.id);
    let print = token.fingerprint().map(Fingerprint::to_hex);
    rsx! {
        dl { class: "facts",
            CopiedFact { name: "Id", what: PublicText::Id, label: "the id", text: token.id.to_string() }
            Fact { name: "Environment", Name { text: text::environment(&token.environment_name) } }
            Fact { name: "Created",
                Happened { what: token.created }
                By { token: token.clone(), kind: ActivityKind::Created, at: token.created.known() }
                Why { what: token.created }
            }
            if let TokenStatus::Revoked { at } = token.status {
                Fact { name: "Revoked",
                    TimeAgo { at, absent: "at a time that is not told" }
                    By { token: token.clone(), kind: ActivityKind::Revoked, at }
                }
            } else {
                Fact { name: "Expires",
                    Ends { what: token.end }
                    if let Some(at) = token.end.known() {
                        span { class: "fact-aside", " · {at.date(&clock.zone)}" }
                    }
                    Why { what: token.end }
                }
            }
            Fact { name: "Last used",
                Happened { what: token.last_use }
                if let Some(seen) = seen {
                    span { class: "fact-aside", " · {text::activity::fetches(seen)}" }
                }
                Why { what: token.last_use }
            }
            Fact { name: "Environment key", KeyOf { token: token.clone() } }
            Replaced { token: token.clone() }
            HandedTo { token: token.clone() }
            Fact { name: "CI token",
                match &token.ci_token_suffix {
                    Some(suffix) => rsx! {
                        "ends in "
                        span { class: "mono", "{suffix}" }
                    },
                    None => rsx! {
                        span { class: "absent", "The server does not tell how it ends." }
                    },
                }
            }
            match print {
                Some(text) => rsx! {
                    CopiedFact { name: "Fingerprint", what: PublicText::Fingerprint, label: "the fingerprint", text }
                },
                None => rsx! {
                    Fact { name: "Fingerprint",
                        span { class: "absent", {text::keys::without_fingerprint(&token.key)} }
                    }
                },
            }
        }
    }
}

/// Who did it, where the activity tells.
#[component]
fn By(token: DeployToken, kind: ActivityKind, at: Option<Moment>) -> Element {
    let state = use_context::<AppState>();
    let entries = state.activity.entries.read();
    let (Load::Ready(entries), Some(at)) = (&*entries, at) else {
        return rsx! {};
    };
    match author_of(&entries.list, &token, kind, at) {
        Some(author) => rsx! { " by {seen(&text::activity::author(author))}" },
        None => rsx! {},
    }
}

/// Why something is not known.
#[component]
fn Why(what: Occurrence) -> Element {
    match what {
        Occurrence::NotKnown(why) => rsx! {
            span { class: "fact-more", {text::not_known(why)} }
        },
        Occurrence::At(_) | Occurrence::Never => rsx! {},
    }
}

/// Whether it can open the environment's key.
#[component]
fn KeyOf(token: DeployToken) -> Element {
    let access = use_context::<AppState>().access;
    let is_it = |kind: &HolderKind| matches!(kind, HolderKind::Token { id: Some(id) } if *id == token.id);
    match &*access.holders.read() {
        Load::Loading => rsx! {
            span { class: "absent", role: "status", "Asking the server…" }
        },
        Load::Failed(problem) => rsx! {
            span { class: "absent", "not known" }
            span { class: "fact-more", "{text::explain(problem).what}" }
        },
        Load::Ready(holders) => {
            let standing = holders
                .list
                .iter()
                .find(|it| is_it(&it.kind))
                .map(|it| &it.standing);
            let is_trouble = matches!(standing, Some(Standing::Waits { .. } | Standing::Flawed(_)));
            let message = text::keys::held(standing, holders.is_told);
            rsx! {
                span { "data-tone": if is_trouble { "warn" }, "{message.what}" }
                if !message.next.is_empty() {
                    span { class: "fact-more", "{message.next}" }
                }
            }
        }
    }
}

/// To where its values were sent from this machine.
#[component]
fn HandedTo(token: DeployToken) -> Element {
    let handed = use_context::<AppState>().tokens.handed;
    let clock = use_clock();
    let handed = handed.read();
    let Some(all) = handed.get(&token.id).filter(|all| !all.is_empty()) else {
        return rsx! {};
    };
    rsx! {
        Fact { name: "Handed to",
            for it in all {
                p { class: "fact-line", key: "{it.destination}",
                    Name { text: it.destination.title() }
                    span { class: "fact-aside", " · {clock.past(it.at)}" }
                }
            }
        }
    }
}

/// Whose successor it is, or which it has.
#[component]
fn Replaced(token: DeployToken) -> Element {
    let replacements = use_context::<AppState>().tokens.replacements;
    let replacements = replacements.read();
    let old = replacements.iter().find(|it| it.old == token.id);
    let new = replacements
        .iter()
        .find(|it| it.successor.as_ref() == Some(&token.id));
    rsx! {
        if let Some(it) = old {
            Fact { name: "Being replaced",
                match &it.successor {
                    Some(successor) => rsx! {
                        "by "
                        span { class: "mono", "{successor}" }
                    },
                    None => rsx! { "by a token that is not there yet" },
                }
            }
        }
        if let Some(it) = new {
            Fact { name: "Successor of",
                span { class: "mono", "{it.old}" }
            }
        }
    }
}
