//! Notifications of the system. Nothing secret is ever in one: they are kept in lists, and shown on locked screens.

use futures_util::future::BoxFuture;

use model::{MachineError, Problem};

/// What the system calls the program: the name of its menu entry.
#[cfg(all(feature = "desktop", unix, not(target_os = "macos")))]
const ENTRY: &str = "dev.deploytokens.app";

/// Shows one.
#[cfg(feature = "desktop")]
pub(super) fn show(title: String, text: String) -> BoxFuture<'static, Result<(), Problem>> {
    let mut notice = notify_rust::Notification::new();
    notice
        .appname("Deploy Tokens")
        .summary(&title)
        .body(&plain(&text));
    Box::pin(async move {
        let shown = send(notice).await;
        shown.map_err(|error| {
            tracing::info!(%error, "a notification could not be shown");
            MachineError::NotNotified.into()
        })
    })
}

#[cfg(all(feature = "desktop", unix, not(target_os = "macos")))]
async fn send(mut notice: notify_rust::Notification) -> Result<(), notify_rust::error::Error> {
    notice.hint(notify_rust::Hint::DesktopEntry(ENTRY.to_owned()));
    notice.show_async().await.map(drop)
}

#[cfg(all(feature = "desktop", not(all(unix, not(target_os = "macos")))))]
async fn send(notice: notify_rust::Notification) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let shown = tokio::task::spawn_blocking(move || notice.show().map(drop)).await;
    Ok(shown??)
}

/// Names are no markup, of which some servers take a little.
#[cfg(feature = "desktop")]
fn plain(text: &str) -> String {
    if cfg!(all(unix, not(target_os = "macos"))) {
        text.replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
    } else {
        text.to_owned()
    }
}

#[cfg(not(feature = "desktop"))]
pub(super) fn show(_: String, _: String) -> BoxFuture<'static, Result<(), Problem>> {
    Box::pin(async { Err(MachineError::NotNotified.into()) })
}
