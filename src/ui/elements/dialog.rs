//! A modal dialog: the native element, opened with `showModal()`, so that the browser traps the focus.
//!
//! It is rendered only while it is open. Escape asks through `on_cancel` and never closes by itself; when it goes away
//! the focus returns to where it was.

use dioxus::prelude::*;

use super::{Glyph, Icon, Tone};

/// How wide a dialog is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DialogSize {
    /// A question.
    #[default]
    Small,
    /// A sheet with values.
    Wide,
}

/// Opens the dialog, selects the text of its `data-select` field, keeps it open against the browser's own closing, and
/// gives the focus back when it has left the document.
const OPEN: &str = r#"
const dialog = document.getElementById(ID);
if (dialog && !dialog.open) {
  const before = document.activeElement;
  dialog.showModal();
  const field = dialog.querySelector("[data-select]");
  if (field) { field.focus(); field.select(); }
  dialog.addEventListener("close", () => { if (dialog.isConnected) dialog.showModal(); });
  const watch = new MutationObserver(() => {
    if (dialog.isConnected) return;
    watch.disconnect();
    if (document.activeElement && document.activeElement !== document.body) return;
    const back = before && before.isConnected && before !== document.body ? before
      : document.querySelector('[data-row][tabindex="0"]') || document.getElementById("page-title");
    if (back) back.focus({ preventScroll: true });
  });
  watch.observe(document.body, { childList: true, subtree: true });
}
"#;

/// What is shown above everything. An open dialog makes all outside of it inert, for the pointer and for screen readers: so
/// this is then inside of it.
#[derive(Clone, Copy, PartialEq)]
pub struct Above {
    /// The dialogs that are open, the topmost last.
    open: Signal<Vec<&'static str>>,
    /// What is shown inside of a dialog with this id.
    show: Callback<&'static str, Element>,
}

impl Above {
    /// Call in the component around all dialogs, and put it into the context.
    pub fn make(show: fn(&'static str) -> Element) -> Self {
        Self {
            open: Signal::new(Vec::new()),
            show: Callback::new(show),
        }
    }

    /// Whether it is shown inside of this dialog, or outside of all.
    pub fn is_at(&self, dialog: Option<&'static str>) -> bool {
        self.open.read().last().copied() == dialog
    }

    fn opened(mut self, id: &'static str) {
        self.open.write().push(id);
    }

    fn closed(mut self, id: &'static str) {
        self.open.write().retain(|it| *it != id);
    }
}

/// A modal dialog named by its head's title.
#[component]
pub fn Dialog(
    /// A constant, different for each dialog; its head has `{id}-title`.
    id: &'static str,
    #[props(default)] size: DialogSize,
    on_cancel: EventHandler<()>,
    children: Element,
) -> Element {
    let above = try_use_context::<Above>();
    use_drop(move || {
        if let Some(above) = above {
            above.closed(id);
        }
    });
    rsx! {
        dialog {
            id,
            class: "dialog",
            "data-size": if size == DialogSize::Wide { "wide" } else { "small" },
            "aria-labelledby": "{id}-title",
            "aria-describedby": "{id}-text",
            onmounted: move |_| {
                if let Some(above) = above {
                    above.opened(id);
                }
                document::eval(&OPEN.replace("ID", &format!("{id:?}")));
            },
            oncancel: move |event| {
                event.prevent_default();
                on_cancel.call(());
            },
            {children}
            if let Some(above) = above {
                {above.show.call(id)}
            }
        }
    }
}

/// Title and first sentence of a dialog, with an icon if given.
#[component]
pub fn DialogHead(
    id: &'static str,
    title: String,
    #[props(default)] icon: Option<Icon>,
    #[props(default = Tone::Neutral)] tone: Tone,
    children: Element,
) -> Element {
    rsx! {
        header { class: "dialog-head",
            if let Some(icon) = icon {
                span { class: "dialog-icon", "data-tone": tone.name(), Glyph { icon, size: 20 } }
            }
            div { class: "dialog-words",
                h2 { id: "{id}-title", "{title}" }
                div { id: "{id}-text", class: "dialog-text", {children} }
            }
        }
    }
}

/// What is between head and actions; it scrolls when it is long.
#[component]
pub fn DialogBody(children: Element) -> Element {
    rsx! {
        div { class: "dialog-body", {children} }
    }
}

/// The buttons of a dialog, the main one last, and a line of status before them.
#[component]
pub fn DialogActions(#[props(default)] status: Option<Element>, children: Element) -> Element {
    rsx! {
        footer { class: "dialog-actions",
            div { class: "dialog-status", role: "status",
                if let Some(status) = status {
                    {status}
                }
            }
            div { class: "dialog-buttons", {children} }
        }
    }
}
