//! How long secrets stay in reach without anybody doing anything; and that a flag of the start rules, where it does.

use dioxus::prelude::*;

use super::look::segment;
use crate::state::AppState;
use crate::ui::elements::Segmented;
use crate::ui::intent::{ProgramIntent, use_send};
use model::Preferences;

/// Seconds, and what people call them.
const CLIPBOARD: [(u64, &str); 4] = [(15, "15 s"), (45, "45 s"), (120, "2 min"), (0, "At the end")];
const SHEET: [(u64, &str); 4] = [(60, "1 min"), (300, "5 min"), (900, "15 min"), (0, "Never")];

#[component]
pub(super) fn TimesCard() -> Element {
    let settings = use_context::<AppState>().settings;
    let (chosen, given) = (*settings.chosen.read(), *settings.given.read());
    let send = use_send();
    let prefer = move |chosen: Preferences| send.call(ProgramIntent::Prefer(chosen).into());
    rsx! {
        section { class: "settings-card", "aria-labelledby": "times",
            h2 { id: "times", "Secrets in reach" }
            div { class: "choice",
                p {
                    "Clear the clipboard after"
                    span { class: "fact-more", "Of a secret that was copied here, if it is still there then." }
                    Ruled { flag: "--clear-clipboard-after", seconds: given.clipboard, never: "when the window is closed" }
                }
                Segmented {
                    label: "Clear the clipboard after",
                    segments: CLIPBOARD.map(|(seconds, word)| segment(seconds, word)).to_vec(),
                    value: chosen.clipboard,
                    onchange: move |clipboard| prefer(Preferences { clipboard, ..chosen }),
                }
            }
            div { class: "choice",
                p {
                    "Hide an open sheet after"
                    span { class: "fact-more", "Without input. Its values are still there until it is closed." }
                    Ruled { flag: "--hide-sheet-after", seconds: given.idle, never: "never" }
                }
                Segmented {
                    label: "Hide an open sheet after",
                    segments: SHEET.map(|(seconds, word)| segment(seconds, word)).to_vec(),
                    value: chosen.idle,
                    onchange: move |idle| prefer(Preferences { idle, ..chosen }),
                }
            }
        }
    }
}

/// Says that this start was given something else.
#[component]
fn Ruled(flag: &'static str, seconds: Option<u64>, never: &'static str) -> Element {
    let time = match seconds {
        None => return rsx! {},
        Some(0) => never.to_owned(),
        Some(seconds) => format!("{seconds} s"),
    };
    rsx! {
        span { class: "fact-more ruled", role: "status", "Now: {time}, because this window was started with {flag}." }
    }
}
