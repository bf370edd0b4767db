//! When the window looks whether what it shows is still true: while it can be seen, and when somebody comes back to it.

use std::time::{Duration, Instant};

use dioxus::prelude::*;
#[cfg(feature = "desktop")]
use dioxus_desktop::tao::event::{Event, WindowEvent};
#[cfg(feature = "desktop")]
use dioxus_desktop::{use_wry_event_handler, window};

use crate::actions::Actions;

/// Between two looks, most of which find that nothing is due.
const BETWEEN: Duration = Duration::from_secs(2);

/// Tells when the page is shown again.
#[cfg(not(feature = "desktop"))]
const SHOWN: &str =
    "document.addEventListener('visibilitychange', () => { if (!document.hidden) dioxus.send(null); });";

/// Keeps the window up to date; call in the root component.
pub(super) fn use_freshness(actions: Actions) {
    let returned = actions.clone();
    #[cfg(feature = "desktop")]
    use_wry_event_handler(move |event, _| {
        if let Event::WindowEvent {
            event: WindowEvent::Focused(is_focused),
            ..
        } = event
        {
            returned.watched(*is_focused);
            if *is_focused {
                returned.returned(Instant::now());
            }
        }
    });
    #[cfg(not(feature = "desktop"))]
    use_future(move || {
        let returned = returned.clone();
        async move {
            let mut shown = document::eval(SHOWN);
            while shown.recv::<()>().await.is_ok() {
                returned.returned(Instant::now());
            }
        }
    });
    use_future(move || {
        let actions = actions.clone();
        async move {
            loop {
                tokio::time::sleep(BETWEEN).await;
                if is_shown() {
                    actions.keep_fresh(Instant::now());
                }
            }
        }
    });
}

#[cfg(feature = "desktop")]
fn is_shown() -> bool {
    !window().is_minimized()
}

/// The system stops a program that is not shown.
#[cfg(not(feature = "desktop"))]
fn is_shown() -> bool {
    true
}
