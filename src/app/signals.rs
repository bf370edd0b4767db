//! A signal that asks the program to end: the clipboard is cleared and the windows are closed, whatever they do at that
//! moment. It runs on a thread of its own, because a window that is minimised, covered or without its page hears nothing.

use std::sync::Arc;
#[cfg(unix)]
use std::time::Duration;

use tokio::sync::Notify;

use crate::clipboard;

/// How long a window has to close; then the signal does what it does to any program.
#[cfg(unix)]
const PATIENCE: Duration = Duration::from_secs(3);

/// How often is looked whether somebody is in a hurry.
#[cfg(unix)]
const LOOK: Duration = Duration::from_millis(50);

/// Told when the windows are to close; where the system cannot close them from here, they wait for it.
#[derive(Clone, Default)]
pub(super) struct Ending(Arc<Notify>);

impl Ending {
    /// Waits for it.
    pub(super) async fn asked(&self) {
        self.0.notified().await;
    }

    fn ask(&self) {
        close_windows();
        // One that waits, or the next that does.
        self.0.notify_one();
    }
}

/// Watches for SIGTERM, SIGINT and SIGHUP from now on. Where that is not possible, signals end the program their own way.
#[cfg(unix)]
pub(super) fn watch(clipboard: clipboard::System) -> Ending {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;

    let ending = Ending::default();
    let ask = ending.clone();
    let watched = Signals::new([SIGTERM, SIGINT, SIGHUP]).and_then(|mut signals| {
        let watch = move || {
            let Some(signal) = signals.forever().next() else {
                return;
            };
            clipboard.clear_now();
            ask.ask();
            let begun = std::time::Instant::now();
            while begun.elapsed() < PATIENCE && signals.pending().next().is_none() {
                std::thread::sleep(LOOK);
            }
            if let Err(error) = signal_hook::low_level::emulate_default_handler(signal) {
                tracing::error!(%error, "the program cannot be ended");
            }
        };
        std::thread::Builder::new()
            .name("signals".to_owned())
            .spawn(watch)
    });
    if let Err(error) = watched {
        tracing::warn!(%error, "signals are not watched: they end the program without clearing the clipboard");
    }
    ending
}

/// Watches for Ctrl+C in the console from now on.
#[cfg(not(unix))]
pub(super) fn watch(clipboard: clipboard::System) -> Ending {
    let ending = Ending::default();
    let ask = ending.clone();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        if let Ok(Ok(())) = runtime.map(|runtime| runtime.block_on(tokio::signal::ctrl_c())) {
            clipboard.clear_now();
            ask.ask();
        }
    });
    ending
}

/// As somebody does who presses their crosses; the window system hears it in every state of theirs.
#[cfg(all(unix, not(target_os = "macos")))]
fn close_windows() {
    use gtk::prelude::{Cast as _, GtkWindowExt as _};

    gtk::glib::MainContext::default().invoke(|| {
        for window in gtk::Window::list_toplevels() {
            if let Ok(window) = window.downcast::<gtk::Window>() {
                window.close();
            }
        }
    });
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
fn close_windows() {}
