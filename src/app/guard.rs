//! What the window does by itself for the secrets of an open sheet: it asks the system not to be captured, hides them
//! when the focus goes elsewhere or nobody is there, and ends in order when it is told to end. What has to be done whatever
//! the window does is not here: the clipboard's time, the journal's, that of a replaced token, and signals (`signals`).
//!
//! Security: whether a window can be captured is the system's to decide; Linux has nothing to ask (SECURITY.md). On a
//! phone nothing is asked, and the end is the system's; values hide when the page is not shown any more.

use std::cell::Cell;
use std::rc::Rc;

use dioxus::core::Task;
use dioxus::prelude::*;
#[cfg(feature = "desktop")]
use dioxus_desktop::tao::event::{Event, WindowEvent};
#[cfg(feature = "desktop")]
use dioxus_desktop::{use_wry_event_handler, window};

use crate::state::{SettingsStore, SheetStore};

/// Tells of input, at most twice a second.
const INPUT: &str = include_str!("input.js");

/// Tells when another app, or the lock screen, takes the page's place.
#[cfg(not(feature = "desktop"))]
const HIDDEN: &str =
    "document.addEventListener('visibilitychange', () => { if (document.hidden) dioxus.send(null); });";

/// Stops telling.
const NO_INPUT: &str = "if (window.inputWatch) window.inputWatch.abort();";

/// Guards the sheet; call in the root component.
#[cfg(not(feature = "desktop"))]
pub(super) fn use_guard(sheet: SheetStore, settings: SettingsStore) {
    use_future(move || async move {
        let mut hidden = document::eval(HIDDEN);
        while hidden.recv::<()>().await.is_ok() {
            sheet.mask();
        }
    });
    use_idle(sheet, settings);
}

/// Guards the sheet; call in the root component.
#[cfg(feature = "desktop")]
pub(super) fn use_guard(sheet: SheetStore, settings: SettingsStore) {
    use_hidden_from_capture(sheet);
    use_wry_event_handler(move |event, _| {
        if let Event::WindowEvent { event, .. } = event
            && matches!(event, WindowEvent::Focused(false))
        {
            sheet.mask();
        }
    });
    use_idle(sheet, settings);
    use_future(|| async {
        consume_context::<super::signals::Ending>().asked().await;
        window().close();
    });
}

#[cfg(feature = "desktop")]
fn use_hidden_from_capture(sheet: SheetStore) {
    let open = use_memo(move || sheet.issuance.read().is_some());
    use_effect(move || window().set_content_protection(open()));
}

/// Watches for input while values could be seen, and hides the sheet after a time without any.
fn use_idle(sheet: SheetStore, settings: SettingsStore) {
    let seen = use_memo(move || sheet.issuance.read().is_some() && !*sheet.away.read());
    let watch = use_hook(|| Rc::new(Cell::new(None::<Task>)));
    use_effect(move || {
        let limit = settings.limits().idle.filter(|_| seen());
        if let Some(task) = watch.take() {
            task.cancel();
            document::eval(NO_INPUT);
        }
        if let Some(limit) = limit {
            let task = spawn(async move {
                let mut input = document::eval(INPUT);
                while let Ok(Ok(())) = tokio::time::timeout(limit, input.recv::<()>()).await {}
                sheet.leave();
            });
            watch.set(Some(task));
        }
    });
}
