//! Short notices at the edge of the window. They go away by themselves, warnings later.

use std::time::Duration;

use dioxus::prelude::*;

use super::ClipboardLine;
use super::pause_line::PauseLine;
use crate::state::{AppState, Toast};
use crate::ui::elements::{Glyph, Icon, IconButton};

/// The notices that are shown.
#[component]
pub fn Toaster() -> Element {
    let AppState { toasts, sheet, .. } = use_context::<AppState>();
    let sheet_open = sheet.issuance.read().is_some();
    rsx! {
        div { class: "toaster", role: "status", "aria-live": "polite",
            PauseLine {}
            // An open sheet shows it itself.
            if !sheet_open {
                ClipboardLine { class: "toast" }
            }
            for toast in toasts.shown.read().iter().cloned() {
                ToastLine { key: "{toast.id}", toast }
            }
        }
    }
}

#[component]
fn ToastLine(toast: Toast) -> Element {
    let toasts = use_context::<AppState>().toasts;
    let id = toast.id;
    let (kind, icon, stays) = if toast.news.is_warning() {
        ("warning", Icon::Warning, 14)
    } else {
        ("done", Icon::Check, 6)
    };
    let says = text::news(&toast.news);
    use_future(move || async move {
        tokio::time::sleep(Duration::from_secs(stays)).await;
        toasts.dismiss(id);
    });
    rsx! {
        div { class: "toast", "data-kind": kind,
            Glyph { icon }
            p { "{says}" }
            IconButton { icon: Icon::Close, name: "Dismiss", onclick: move |()| toasts.dismiss(id) }
        }
    }
}
