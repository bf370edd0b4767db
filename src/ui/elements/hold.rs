//! A button that does what it says only after it was held: for what cannot be undone.
//!
//! A short press says that it must be held. Who cannot hold (a keyboard, a screen reader) presses it, and is asked in
//! another way.

use std::time::{Duration, Instant};

use dioxus::prelude::*;

use super::{Glyph, Icon};

/// How long it is held; the style sheet fills the button in the same time.
const HOLD: Duration = Duration::from_millis(1500);
/// A click this soon after the pointer did something is the pointer's.
const SAME_PRESS: Duration = Duration::from_millis(1000);

/// The button. `label` should say that it is to be held.
#[component]
pub fn HoldButton(
    icon: Icon,
    label: String,
    #[props(default)] disabled: bool,
    /// Stands for what it would act on: a hold that began on something else does nothing.
    #[props(default)]
    subject: u64,
    /// It was held long enough.
    onheld: EventHandler<()>,
    /// It was pressed without a pointer.
    onpressed: EventHandler<()>,
) -> Element {
    // Counts presses, so that a release ends the one that it belongs to.
    let mut press = use_signal(|| 0_u32);
    let mut holding = use_signal(|| false);
    let mut hint = use_signal(|| false);
    let mut pointer = use_signal(|| None::<Instant>);
    let mut release = move || {
        pointer.set(Some(Instant::now()));
        if *holding.peek() {
            holding.set(false);
            *press.write() += 1;
        }
    };
    use_effect(use_reactive!(|subject| {
        let _ = subject;
        if *holding.peek() {
            holding.set(false);
            *press.write() += 1;
        }
    }));
    rsx! {
        div { class: "hold-block",
            button {
                r#type: "button",
                class: "hold",
                "data-holding": if *holding.read() { "true" },
                "aria-describedby": "hold-how",
                disabled,
                onpointerdown: move |event| {
                    pointer.set(Some(Instant::now()));
                    if event.trigger_button() != Some(dioxus::html::input_data::MouseButton::Primary) {
                        return;
                    }
                    holding.set(true);
                    *press.write() += 1;
                    let this = *press.peek();
                    spawn(async move {
                        tokio::time::sleep(HOLD).await;
                        if *holding.peek() && *press.peek() == this {
                            holding.set(false);
                            onheld.call(());
                        }
                    });
                },
                onpointerup: move |_| release(),
                onpointercancel: move |_| release(),
                onpointerleave: move |_| {
                    if *holding.peek() {
                        release();
                    }
                },
                oncontextmenu: move |event| event.prevent_default(),
                onclick: move |_| {
                    let by_pointer = pointer.take().is_some_and(|at| at.elapsed() < SAME_PRESS);
                    if by_pointer {
                        hint.set(true);
                    } else {
                        onpressed.call(());
                    }
                },
                span { class: "hold-fill", "aria-hidden": "true" }
                Glyph { icon, size: 20 }
                span { class: "hold-label", "{label}" }
            }
            p { id: "hold-how", class: "spoken", "Hold it for a second and a half, or press it to type a confirmation." }
            // Always there, so that the button stays where it is below the pointer.
            p { class: "hold-hint", "data-told": if *hint.read() { "true" }, role: "status",
                if *hint.read() {
                    "Keep holding for a second and a half."
                } else {
                    "Takes a second and a half."
                }
            }
        }
    }
}
