//! Whether the new values are sent to where the token's former ones were, as soon as they are there.

use dioxus::prelude::*;

use crate::state::AppState;
use model::destinations::destinations_of;
use protocol::DeployTokenId;

/// A choice for each destination; nothing where none is known. All are chosen at first.
#[component]
pub(super) fn SendAgain(token: DeployTokenId) -> Element {
    let state = use_context::<AppState>();
    let mut again = state.dialog.again;
    let known: Vec<_> = use_hook(|| {
        if !*state.sheet.can_send.peek() {
            return Vec::new();
        }
        destinations_of(&token, &state.tokens.handed.peek())
    });
    let first = known.clone();
    use_hook(move || again.set(first));
    if known.is_empty() {
        return rsx! {};
    }
    rsx! {
        fieldset { class: "send-again",
            legend { "Send the new values at once" }
            for destination in known {
                label { key: "{destination}", class: "check",
                    input {
                        r#type: "checkbox",
                        checked: again.read().contains(&destination),
                        onchange: {
                            let destination = destination.clone();
                            move |event: FormEvent| {
                                again.write().retain(|it| *it != destination);
                                if event.checked() {
                                    again.write().push(destination.clone());
                                }
                            }
                        },
                    }
                    span { "{destination.title()}: send again" }
                }
            }
        }
    }
}
