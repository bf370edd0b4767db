//! A menu that a button opens: `role=menu`, arrow keys, Home, End, first letters, Escape; the focus returns to the button.
//!
//! It belongs to the one button on the page that has `data-menu-button` and `aria-expanded="true"`. Render it outside
//! of anything that scrolls or clips, and only while it is open.

use dioxus::prelude::*;

use super::{Glyph, Icon};

/// Places the menu beside its button, moves the focus into it and between its items, and back out at the end.
const OPEN: &str = r#"
const menu = document.getElementById("menu");
const anchor = document.querySelector('[data-menu-button][aria-expanded="true"]');
if (menu) {
  const items = () => [...menu.querySelectorAll('[role="menuitem"]:not([aria-disabled="true"])')];
  if (anchor) {
    const box = anchor.getBoundingClientRect();
    const below = box.bottom + 4 + menu.offsetHeight <= window.innerHeight - 8;
    const top = below ? box.bottom + 4 : Math.max(8, box.top - 4 - menu.offsetHeight);
    menu.style.setProperty("--top", top + "px");
    menu.style.setProperty("--left", Math.max(8, box.right - menu.offsetWidth) + "px");
  }
  menu.dataset.placed = "true";
  const first = items()[0];
  if (first) first.focus({ preventScroll: true });
  menu.addEventListener("keydown", (event) => {
    const all = items();
    const at = all.indexOf(document.activeElement);
    const to = (i) => { event.preventDefault(); event.stopPropagation(); all[(i + all.length) % all.length].focus(); };
    if (event.key === "ArrowDown") to(at + 1);
    else if (event.key === "ArrowUp") to(at - 1);
    else if (event.key === "Home") to(0);
    else if (event.key === "End") to(all.length - 1);
    else if (event.key.length === 1 && event.key !== " ") {
      const after = [...all.slice(at + 1), ...all.slice(0, at + 1)];
      const hit = after.find((it) => it.textContent.trim().toLowerCase().startsWith(event.key.toLowerCase()));
      if (hit) to(all.indexOf(hit));
    }
  });
  const watch = new MutationObserver(() => {
    if (menu.isConnected) return;
    watch.disconnect();
    if (anchor && anchor.isConnected && (!document.activeElement || document.activeElement === document.body))
      anchor.focus({ preventScroll: true });
  });
  watch.observe(document.body, { childList: true, subtree: true });
}
"#;

/// An open menu.
#[component]
pub fn Menu(label: String, on_close: Callback<()>, children: Element) -> Element {
    rsx! {
        div {
            class: "menu-scrim",
            "aria-hidden": "true",
            onclick: move |_| on_close.call(()),
            oncontextmenu: move |event| {
                event.prevent_default();
                on_close.call(());
            },
        }
        div {
            id: "menu",
            class: "menu",
            role: "menu",
            "aria-label": label,
            onmounted: move |_| {
                document::eval(OPEN);
            },
            onkeydown: move |event| {
                if matches!(event.key(), Key::Escape | Key::Tab) {
                    event.prevent_default();
                    on_close.call(());
                }
            },
            {children}
        }
    }
}

/// An action in a menu.
#[component]
pub fn MenuItem(
    icon: Icon,
    label: String,
    #[props(default)] danger: bool,
    #[props(default)] disabled: bool,
    /// Why it is not to be had; it is disabled then.
    #[props(default)]
    why_not: Option<&'static str>,
    onselect: Callback<()>,
) -> Element {
    let disabled = disabled || why_not.is_some();
    rsx! {
        button {
            r#type: "button",
            class: "menu-item",
            role: "menuitem",
            tabindex: "-1",
            "data-danger": if danger { "true" },
            "aria-disabled": if disabled { "true" },
            title: why_not,
            onclick: move |_| {
                if !disabled {
                    onselect.call(());
                }
            },
            Glyph { icon }
            "{label}"
        }
    }
}

/// A line between groups of actions.
#[component]
pub fn MenuLine() -> Element {
    rsx! {
        div { class: "menu-line", role: "separator" }
    }
}
