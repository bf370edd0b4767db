//! The web view's process can end: the system ran out of memory, a driver failed. The window says so instead of standing
//! blank, and opens itself anew when it is asked to.
//!
//! What was open in it is gone with its page. What was issued is in the journal for as long as that keeps it, and the new
//! window offers it; what guards secrets does not depend on the page. Linux only: elsewhere the system's own web view
//! starts its process again, or says so itself (docs/troubleshooting.md).

use std::rc::Rc;

use dioxus_desktop::DesktopContext;
use dioxus_desktop::tao::platform::unix::WindowExtUnix as _;
use gtk::prelude::{
    BoxExt as _, ButtonExt as _, ContainerExt as _, GtkWindowExt as _, LabelExt as _, WidgetExt as _,
};
use webkit2gtk::WebViewExt as _;
use wry::WebViewExtUnix as _;

const WHAT: &str = "The page of this window has ended unexpectedly.";
const NEXT: &str = "Nothing at the server was undone, and values that were not copied yet are offered again. \
    The clipboard is still cleared at its time.";
const AGAIN: &str = "Load again";

/// Pixels between the words and the window's edge, and between them.
const SPACE: i32 = 24;

/// Watches the page of a window. `again` opens another window in its place.
pub(super) fn watch(window: &DesktopContext, again: impl Fn(&DesktopContext) + 'static) {
    let (weak, again) = (Rc::downgrade(window), Rc::new(again));
    let view = window.webview.webview();
    view.connect_web_process_terminated(move |view, reason| {
        tracing::error!(?reason, "the page has ended");
        let Some(window) = weak.upgrade() else {
            return;
        };
        let Some(content) = window.default_vbox() else {
            return;
        };
        view.hide();
        content.pack_start(&message(&window, Rc::clone(&again)), true, true, 0);
    });
}

fn message(window: &DesktopContext, again: Rc<impl Fn(&DesktopContext) + 'static>) -> gtk::Box {
    let column = gtk::Box::new(gtk::Orientation::Vertical, SPACE);
    column.set_valign(gtk::Align::Center);
    column.set_halign(gtk::Align::Center);
    column.set_border_width(SPACE.unsigned_abs());
    for text in [WHAT, NEXT] {
        let label = gtk::Label::new(Some(text));
        label.set_line_wrap(true);
        label.set_justify(gtk::Justification::Center);
        label.set_max_width_chars(56);
        column.add(&label);
    }
    let button = gtk::Button::with_label(AGAIN);
    button.set_halign(gtk::Align::Center);
    let weak = Rc::downgrade(window);
    button.connect_clicked(move |button| {
        // Once: the window closes when the other one is there.
        button.set_sensitive(false);
        if let Some(window) = weak.upgrade() {
            again(&window);
        }
    });
    column.add(&button);
    column.show_all();
    button.grab_focus();
    window.gtk_window().set_focus(Some(&button));
    column
}
