//! A destination to be typed: its kind, and which. What will be run is said before it is.

use dioxus::prelude::*;

use crate::state::AppState;
use crate::ui::elements::{Button, ButtonKind, TextField};
use crate::ui::intent::{SheetIntent, use_send};
use model::Destination;
use model::destinations::{KINDS, Kind};

#[component]
pub(super) fn Form() -> Element {
    let sheet = use_context::<AppState>().sheet;
    let send = use_send();
    let mut kind = use_signal(|| KINDS[0]);
    let mut target = use_signal(String::new);
    let mut tried = use_signal(|| false);
    let parsed = use_memo(move || Destination::of(*kind.read(), &target.read()));
    use_effect(move || {
        // An example tells which program its kind has, before something is typed.
        let typed = parsed
            .read()
            .clone()
            .or_else(|_| Destination::of(*kind.read(), kind.read().example));
        if let Ok(destination) = typed {
            send.call(SheetIntent::LookForProgram(destination).into());
        }
    });
    let wrong = parsed.read().as_ref().err().cloned().filter(|_| *tried.read());
    let Kind { hint, example, .. } = *kind.read();
    let is_missing = matches!(&*sheet.program.read(), Some(Err(_)));
    rsx! {
        form {
            class: "send-form",
            onsubmit: move |event| {
                event.prevent_default();
                tried.set(true);
                if let Ok(destination) = parsed.peek().clone() {
                    send.call(SheetIntent::SendTo(destination).into());
                }
            },
            Kinds {
                chosen: kind,
                onchoose: move |it| {
                    kind.set(it);
                    tried.set(false);
                },
            }
            TextField {
                id: "send-target",
                label: "Destination, such as {example}",
                value: target,
                mono: true,
                error: wrong.map(|it| text::explain(&it.into()).to_string()),
                oninput: move |text| target.set(text),
            }
            p { class: "field-hint", "{hint}." }
            Program {}
            div { class: "dialog-buttons",
                Button {
                    kind: ButtonKind::Primary,
                    label: "Send",
                    submit: true,
                    disabled: target.read().trim().is_empty() || is_missing,
                }
            }
        }
    }
}

/// One chip a kind.
#[component]
fn Kinds(chosen: Signal<Kind>, onchoose: Callback<Kind>) -> Element {
    rsx! {
        div { class: "chips", role: "group", "aria-label": "Kind of destination",
            for kind in KINDS {
                button {
                    key: "{kind.name}",
                    r#type: "button",
                    class: "chip",
                    "aria-pressed": *chosen.read() == kind,
                    onclick: move |_| onchoose.call(kind),
                    "{kind.label}"
                }
            }
        }
    }
}

/// What will be run, or what is missing.
#[component]
fn Program() -> Element {
    let sheet = use_context::<AppState>().sheet;
    match &*sheet.program.read() {
        None => rsx! {},
        Some(Ok(path)) => rsx! {
            p { class: "field-hint", role: "status",
                "Runs "
                span { class: "mono selectable", "{path.display()}" }
                ", as you."
            }
        },
        Some(Err(problem)) => rsx! {
            p { class: "field-hint", "data-tone": "warn", role: "status", {text::explain(problem).to_string()} }
        },
    }
}
