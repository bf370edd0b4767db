//! The box by which a token is chosen. A button of that role: its state is ours alone, also when a range is chosen by Shift.

use dioxus::prelude::*;

use super::Shown;
use crate::state::AppState;
use crate::ui::components::seen;
use crate::ui::elements::{Glyph, Icon};
use protocol::{DeployToken, DeployTokenId};

/// Chooses a token as the pressed keys ask for: alone, or all from the last one on.
pub(super) fn pick(state: AppState, Shown(shown): Shown, token: &DeployTokenId, keys: Modifiers) {
    if keys.shift() {
        let ids = Shown(shown).ids(state.tokens);
        state.chosen.extend(token, &ids);
    } else {
        state.chosen.toggle(token);
    }
}

/// The box of a row. Who has the keyboard on the row presses Space: it is no further stop of the Tab key.
#[component]
pub(super) fn Pick(token: DeployToken) -> Element {
    let state = use_context::<AppState>();
    let shown = use_context::<Shown>();
    let chosen = state.chosen.tokens.read().contains(&token.id);
    let id = token.id.clone();
    rsx! {
        button {
            r#type: "button",
            class: "pick",
            role: "checkbox",
            "data-pick": "true",
            "aria-checked": if chosen { "true" } else { "false" },
            "aria-label": "Choose {seen(&token.name)}",
            title: "Choose (Space), with Shift up to here",
            tabindex: "-1",
            onclick: move |event| {
                event.stop_propagation();
                pick(state, shown, &id, event.modifiers());
            },
            span { class: "tick", "aria-hidden": "true",
                if chosen {
                    Glyph { icon: Icon::Check, size: 14 }
                }
            }
        }
    }
}

/// The box for all that are shown, in the head of the table.
#[component]
pub(super) fn PickAll() -> Element {
    let state = use_context::<AppState>();
    let Some(shown) = try_use_context::<Shown>() else {
        return rsx! {};
    };
    let chosen = state.chosen.tokens.read();
    let count = chosen.len().saturating_sub(state.chosen.hidden.read().len());
    let total = shown.count(state.tokens);
    let (checked, icon) = match count {
        0 => ("false", None),
        all if all >= total => ("true", Some(Icon::Check)),
        _ => ("mixed", Some(Icon::Minus)),
    };
    rsx! {
        button {
            id: "pick-all",
            r#type: "button",
            class: "pick",
            role: "checkbox",
            "aria-checked": checked,
            "aria-label": "Choose all that are shown",
            title: "Choose all that are shown (Ctrl A)",
            disabled: total == 0,
            onclick: move |_| {
                let ids = shown.ids(state.tokens);
                state.chosen.choose(ids, checked != "true");
            },
            span { class: "tick", "aria-hidden": "true",
                if let Some(icon) = icon {
                    Glyph { icon, size: 14 }
                }
            }
        }
    }
}
