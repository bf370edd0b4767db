//! The web view's developer tools stay shut: with them, whatever is revealed could be read in the page.
//!
//! They are compiled in, because the renderer does not compile without them (Cargo.toml), and nothing of the renderer's own
//! opens them: there is no menu and no context menu. Here the web view itself is told that it has none, so that neither
//! its shortcuts nor an inspector elsewhere (`WEBKIT_INSPECTOR_SERVER`, Safari, a debugging port) finds the page.

use dioxus_desktop::wry::WebView;

/// Shuts them, for as long as the window is there.
#[cfg(all(unix, not(target_os = "macos")))]
pub(super) fn shut(view: &WebView) {
    use webkit2gtk::{SettingsExt as _, WebViewExt as _};
    use wry::WebViewExtUnix as _;

    if let Some(settings) = view.webview().settings() {
        settings.set_enable_developer_extras(false);
    }
}

/// Shuts them, for as long as the window is there.
#[cfg(windows)]
#[expect(unsafe_code, reason = "the web view's own interface has no other")]
pub(super) fn shut(view: &WebView) {
    use wry::WebViewExtWindows as _;

    // SAFETY: COM calls on objects that the view keeps alive, on the thread of the window, as their interface asks.
    let shut = unsafe {
        view.webview()
            .Settings()
            .and_then(|settings| settings.SetAreDevToolsEnabled(false))
    };
    if let Err(error) = shut {
        tracing::error!(%error, "the developer tools cannot be shut");
    }
}

/// Shuts them, for as long as the window is there.
#[cfg(target_os = "macos")]
#[expect(unsafe_code, reason = "the web view's own interface has no other")]
pub(super) fn shut(view: &WebView) {
    use objc2::runtime::NSObjectProtocol as _;
    use wry::WebViewExtMacOS as _;

    let view = view.webview();
    // Before macOS 13.3 a page is not inspectable, and there is nothing to set.
    if view.respondsToSelector(objc2::sel!(setInspectable:)) {
        // SAFETY: the method is there, and this is the thread of the window.
        unsafe { view.setInspectable(false) };
    }
}
