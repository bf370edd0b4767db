//! How the columns look in the window's table, and what they show of a token. What they are called and sort by is not the
//! window's: model and text.

use dioxus::prelude::*;

use crate::state::{TokenHealth, health};
use crate::ui::clock::use_clock;
use crate::ui::components::{Ends, Happened, HealthBadge, Name, seen};
use crate::ui::intent::{TokenIntent, use_send};
use model::TokenColumn;
use protocol::{DeployToken, Occurrence, TokenKey, TokenStatus};

/// The look of a column. It is the same in the head, in a row, in one that cannot be read and before the data is there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Look {
    /// By which the style sheet knows it.
    pub(super) class: &'static str,
    /// The least width in CSS pixels, and the share that it has of what is left.
    pub(super) width: (u32, f32),
    /// Where the window is narrow, `first`, `second` and `third` make room in this order, and cards have none of them.
    pub(super) yields: Option<&'static str>,
    /// Width of what stands there before the data does, in CSS pixels.
    pub(super) bone: u32,
}

/// The look of each column that the table has, from left to right.
pub(super) fn columns() -> impl Iterator<Item = (TokenColumn, Look)> {
    TokenColumn::ALL
        .into_iter()
        .filter_map(|column| Some((column, look(column)?)))
}

fn look(column: TokenColumn) -> Option<Look> {
    let (class, width, yields, bone) = match column {
        TokenColumn::Name => ("col-name", (172, 3.0), None, 68),
        TokenColumn::Status => ("col-status", (160, 1.0), None, 66),
        TokenColumn::LastUsed => ("col-used", (116, 1.0), None, 72),
        TokenColumn::Created => ("col-created", (116, 1.0), Some("second"), 78),
        TokenColumn::Expires => ("col-expires", (116, 1.0), Some("third"), 70),
        TokenColumn::Fingerprint => ("col-print", (100, 1.0), Some("first"), 64),
        // Below the name.
        TokenColumn::Id => return None,
    };
    Some(Look {
        class,
        width,
        yields,
        bone,
    })
}

/// A cell of a row: of the column that names it, or of another one.
pub(super) fn cell(column: TokenColumn, look: Look, content: Element) -> Element {
    let Look { class, yields, .. } = look;
    match column {
        TokenColumn::Name => rsx! {
            th { class, role: "rowheader", scope: "row", "data-yields": yields, {content} }
        },
        _ => rsx! {
            td { class, role: "cell", "data-yields": yields, {content} }
        },
    }
}

/// The content of a token's cell.
pub(super) fn content(column: TokenColumn, token: &DeployToken) -> Element {
    match column {
        TokenColumn::Name => rsx! {
            Named { token: token.clone() }
        },
        TokenColumn::Status => rsx! {
            HealthBadge { token: token.clone() }
        },
        TokenColumn::LastUsed => rsx! {
            match token.last_use {
                Occurrence::At(_) => rsx! { span { class: "card-word", "Used " } },
                Occurrence::NotKnown(_) => rsx! { span { class: "card-word", "Last use " } },
                Occurrence::Never => rsx! {},
            }
            Happened { what: token.last_use }
            if token.last_use == Occurrence::Never {
                span { class: "card-word", " used" }
            }
        },
        TokenColumn::Created => rsx! {
            Happened { what: token.created }
        },
        TokenColumn::Expires => rsx! {
            Expiry { token: token.clone() }
        },
        TokenColumn::Fingerprint => rsx! {
            FingerprintText { key_of: token.key.clone() }
        },
        // Below the name.
        TokenColumn::Id => rsx! {},
    }
}

/// The name, which opens the details, and, below it, the id. By keyboard the details are in the row's menu.
#[component]
fn Named(token: DeployToken) -> Element {
    let send = use_send();
    let DeployToken { id, name, .. } = token;
    let shown = id.clone();
    rsx! {
        button {
            r#type: "button",
            class: "token-name cut token-open",
            title: "{seen(&name)}",
            tabindex: "-1",
            onclick: move |_| send.call(TokenIntent::ShowDetails(shown.clone()).into()),
            Name { text: name.clone() }
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

#[component]
fn Expiry(token: DeployToken) -> Element {
    let clock = use_clock();
    let close = matches!(
        health(&token, *clock.now.read()),
        TokenHealth::Expiring(_) | TokenHealth::Expired
    );
    if token.may_be_active() {
        rsx! {
            Ends { what: token.end, close }
        }
    } else if let TokenStatus::Revoked { at: Some(at) } = token.status {
        rsx! {
            span { class: "absent",
                "Revoked "
                Happened { what: Occurrence::At(at) }
            }
        }
    } else {
        rsx! {
            span { class: "absent", "aria-label": "does not apply", "–" }
        }
    }
}

#[component]
fn FingerprintText(key_of: TokenKey) -> Element {
    match key_of {
        TokenKey::Usable(key) => {
            let print = key.fingerprint();
            rsx! {
                span { class: "mono", title: "{print.to_hex()}", "{print.short()}" }
            }
        }
        absent => rsx! {
            span { class: "mono absent", title: text::keys::without_fingerprint(&absent),
                if absent == TokenKey::Unusable {
                    "unusable key"
                } else {
                    "key not told"
                }
            }
        },
    }
}
