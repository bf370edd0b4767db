//! Short notices at the edge of the window, above whatever is open. They go away by themselves, warnings later.

use std::time::{Duration, Instant};

use dioxus::prelude::*;

use super::ClipboardLine;
use super::pause_line::PauseLine;
use super::seen;
use crate::state::{AppState, Toast};
use crate::ui::clock::use_clock;
use crate::ui::elements::{Above, Button, ButtonKind, Glyph, Icon, IconButton};
use crate::ui::intent::{ProgramIntent, TokenIntent, use_send};
use model::{ClosedSheet, News};

/// For how long a notice stays, in seconds: of something done, with something to press, of something that needs a look.
const DONE: u64 = 6;
const OFFER: u64 = 20;
const WARNING: u64 = 14;

/// The notices that are shown. The region is always there, so that screen readers hear of what comes into it.
#[component]
pub fn Toaster(
    /// The dialog that this one is inside of.
    #[props(default)]
    within: Option<&'static str>,
) -> Element {
    let AppState { toasts, sheet, .. } = use_context::<AppState>();
    let is_here = try_use_context::<Above>().is_none_or(|above| above.is_at(within));
    let sheet_open = sheet.issuance.read().is_some();
    rsx! {
        div { class: "toaster", role: "status", "aria-live": "polite",
            if is_here {
                PauseLine {}
                // An open sheet shows it itself.
                if !sheet_open {
                    ClipboardLine {}
                }
                for toast in toasts.shown.read().iter().cloned() {
                    ToastLine { key: "{toast.id}", toast }
                }
            }
        }
    }
}

#[component]
fn ToastLine(toast: Toast) -> Element {
    let (toasts, send) = (use_context::<AppState>().toasts, use_send());
    let Toast { id, news, since } = toast;
    let (kind, icon, stays) = match &news {
        news if news.is_warning() => ("warning", Icon::Warning, WARNING),
        News::SheetClosed(_) | News::ReportSaved(_) | News::Exported { .. } => ("done", Icon::Check, OFFER),
        _ => ("done", Icon::Check, DONE),
    };
    let says = seen(&text::news(&news));
    use_future(move || async move {
        // Also one that was taken into a dialog meanwhile.
        let left = (since + Duration::from_secs(stays)).saturating_duration_since(Instant::now());
        tokio::time::sleep(left).await;
        toasts.dismiss(id);
    });
    rsx! {
        div { class: "toast", "data-kind": kind,
            Glyph { icon }
            p { "{says}" }
            match news {
                News::SheetClosed(sheet) => rsx! {
                    Offer { sheet, id }
                },
                News::ReportSaved(path) | News::Exported { path, .. } => rsx! {
                    div { class: "toast-actions",
                        Button {
                            kind: ButtonKind::Link,
                            label: "Open folder",
                            onclick: move |()| send.call(ProgramIntent::OpenFolderOf(path.clone()).into()),
                        }
                    }
                },
                _ => rsx! {},
            }
            IconButton { icon: Icon::Close, name: "Dismiss", onclick: move |()| toasts.dismiss(id) }
        }
    }
}

/// The ways back to a sheet that was just closed, and to be rid of it.
#[component]
fn Offer(sheet: ClosedSheet, id: u64) -> Element {
    let (toasts, send, clock) = (use_context::<AppState>().toasts, use_send(), use_clock());
    if sheet.until <= *clock.now.read() {
        return rsx! {};
    }
    let (again, forget) = (sheet.clone(), sheet);
    rsx! {
        div { class: "toast-actions",
            Button {
                kind: ButtonKind::Link,
                label: "Show again",
                spoken: "Show again: the values of {seen(&again.name)}",
                onclick: move |()| {
                    toasts.dismiss(id);
                    send.call(TokenIntent::ShowAgain(again.clone()).into());
                },
            }
            Button {
                kind: ButtonKind::Link,
                label: "Forget now",
                spoken: "Forget now: the values of {seen(&forget.name)}",
                onclick: move |()| send.call(TokenIntent::ForgetValues(forget.clone()).into()),
            }
        }
    }
}
