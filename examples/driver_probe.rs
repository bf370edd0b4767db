//! A page with one of everything that the window driver handles: `tests/window/driver.rs` presses, types and reads it.
//!
//! It is launched as the program itself is: no menu bar, no context menu, the style sheet in the head.

use dioxus::document::eval;
use dioxus::prelude::*;
use dioxus_desktop::{Config, LogicalSize, WindowBuilder};

/// Both themes, so that the driver can tell them apart by what the page says.
const STYLE: &str = "
:root { color-scheme: light dark; font: 14px/20px sans-serif }
.dark { display: none }
@media (prefers-color-scheme: dark) { .light { display: none } .dark { display: block } }
.narrow { display: none }
@media (max-width: 600px) { .wide { display: none } .narrow { display: block } }
";

const ROWS: [[&str; 3]; 2] = [["ci-main", "active", "today"], ["ci-old", "revoked", "2 May"]];

fn main() {
    let window = WindowBuilder::new()
        .with_title("Driver probe")
        .with_inner_size(LogicalSize::new(900.0, 640.0))
        .with_always_on_top(false);
    let config = Config::new()
        .with_window(window)
        .with_menu(None)
        .with_disable_context_menu(true)
        .with_navigation_handler(|_| false)
        .with_background_color((251, 251, 253, 255))
        .with_custom_head(format!("<style>{STYLE}</style>"));
    dioxus_desktop::launch::launch(Probe, Vec::new(), vec![Box::new(config)]);
}

#[component]
fn Probe() -> Element {
    let mut presses = use_signal(|| 0);
    let mut text = use_signal(String::new);
    let mut shortcut = use_signal(|| false);
    let mut more = use_signal(|| false);
    let mut starred = use_signal(|| false);
    rsx! {
        main {
            tabindex: "-1",
            onkeydown: move |event| {
                if event.modifiers().ctrl() && event.key() == Key::Character("n".into()) {
                    event.prevent_default();
                    shortcut.set(true);
                }
            },
            h1 { "Driver probe" }
            p { class: "light", "Light theme" }
            p { class: "dark", "Dark theme" }
            p { class: "wide", "Wide layout" }
            p { class: "narrow", "Narrow layout" }
            button { onclick: move |_| presses += 1, "Press me" }
            p { role: "status", "Pressed {presses} times" }
            label { r#for: "name", "Token name" }
            // Not `value`: the page would be told each value again, later, and letters typed meanwhile would be lost.
            input { id: "name", initial_value: "", oninput: move |event| text.set(event.value()) }
            p { "Typed: {text}" }
            label { input { r#type: "checkbox" } "Read only" }
            button { aria_pressed: "{starred}", onclick: move |_| starred.toggle(), "Star" }
            button { aria_expanded: "{more}", onclick: move |_| more.toggle(), "More" }
            button { disabled: true, "Never" }
            if shortcut() {
                p { "Shortcut received" }
            }
            Tokens {}
            Confirm {}
            a { href: "https://example.invalid/", "Elsewhere" }
        }
    }
}

#[component]
fn Tokens() -> Element {
    rsx! {
        table {
            aria_label: "Tokens",
            thead {
                tr {
                    th { scope: "col", "Name" }
                    th { scope: "col", "Status" }
                    th { scope: "col", "Created" }
                }
            }
            tbody {
                for row in ROWS {
                    tr {
                        for cell in row {
                            td { "{cell}" }
                        }
                    }
                }
            }
        }
    }
}

/// Shows the dialog and waits until it is closed, by a button, by Escape or by the page.
const ASK: &str = "
const dialog = document.getElementById('confirm');
dialog.returnValue = '';
dialog.showModal();
await new Promise(done => dialog.addEventListener('close', done, { once: true }));
return dialog.returnValue || 'dismissed';
";

/// A native dialog, opened and closed through its own methods, so that focus handling is the web view's.
#[component]
fn Confirm() -> Element {
    let mut answer = use_signal(|| "none".to_owned());
    rsx! {
        button {
            onclick: move |_| async move {
                if let Ok(value) = eval(ASK).join::<String>().await {
                    answer.set(value);
                }
            },
            "Open dialog"
        }
        dialog { id: "confirm", aria_labelledby: "confirm-title",
            h2 { id: "confirm-title", "Really?" }
            form { method: "dialog",
                button { value: "no", "No" }
                button { value: "yes", autofocus: true, "Yes" }
            }
        }
        p { "Dialog: {answer}" }
    }
}
