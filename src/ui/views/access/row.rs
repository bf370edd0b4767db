//! One device or token, and why it is pointed out.

use dioxus::prelude::*;

use crate::state::AppState;
use crate::ui::components::{Happened, TimeAgo, seen};
use crate::ui::elements::{Badge, Tone};
use crate::ui::intent::{TokenIntent, use_send};
use model::{Flaw, Holder, HolderKind, Standing};

#[component]
pub(super) fn HolderRow(holder: Holder) -> Element {
    let state = use_context::<AppState>();
    let send = use_send();
    let about = match &holder.kind {
        HolderKind::Device {
            own: true, platform, ..
        } => format!("This machine · {platform}"),
        // Only an entry that no list has is without one.
        HolderKind::Device { id, platform, .. } if platform.is_empty() => id.to_string(),
        HolderKind::Device { platform, .. } => seen(platform),
        HolderKind::Token { id } => id.as_ref().map_or_else(String::new, ToString::to_string),
    };
    let name = if holder.name.is_empty() {
        "Unnamed entry".to_owned()
    } else {
        seen(&holder.name)
    };
    let (tone, word, why) = match &holder.standing {
        Standing::Holds => (Tone::Ok, "Yes", None),
        Standing::Waits { .. } => (Tone::Warn, "Waits for it", None),
        // It gets no share any more; what it kept is the matter.
        Standing::Flawed(flaw @ Flaw::Revoked { .. }) => (Tone::Neutral, "No longer", Some(text::flaw(flaw))),
        Standing::Flawed(flaw) => (Tone::Danger, "Should not", Some(text::flaw(flaw))),
    };
    let print = holder.fingerprint;
    let listed = match &holder.kind {
        HolderKind::Token { id: Some(id) } => state.tokens.is_listed(id).then(|| id.clone()),
        _ => None,
    };
    rsx! {
        tr { class: "holder", role: "row",
            th { class: "holder-name", role: "rowheader", scope: "row",
                if let Some(id) = listed {
                    button {
                        r#type: "button",
                        class: "token-name cut holder-open",
                        title: "Details of {name}",
                        onclick: move |_| send.call(TokenIntent::ShowDetails(id.clone()).into()),
                        bdi { class: "cut", "{name}" }
                    }
                } else {
                    div { class: "token-name cut selectable", title: "{name}", bdi { class: "cut", "{name}" } }
                }
                div {
                    class: "holder-about cut",
                    class: if matches!(holder.kind, HolderKind::Token { .. }) { "mono" },
                    title: "{about}",
                    "{about}"
                }
                if let Some(why) = why {
                    p { class: "holder-why selectable", "data-tone": tone.name(), "{seen(&why.what)} {seen(&why.next)}" }
                }
            }
            td { class: "holder-standing", role: "cell",
                Badge { tone, text: word }
            }
            td { class: "holder-since", role: "cell",
                span { class: "card-word", "since " }
                TimeAgo { at: holder.since, absent: "not told" }
            }
            td { class: "holder-seen", role: "cell",
                span { class: "card-word", "seen " }
                Happened { what: holder.last_seen }
            }
            td { class: "holder-print mono selectable", role: "cell",
                if let Some(print) = print {
                    span { title: "{print.to_hex()}", "{print.short()}" }
                } else {
                    span { class: "absent", "none" }
                }
            }
        }
    }
}
