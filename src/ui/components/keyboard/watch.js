// The window's keys. Says "create", "emergency", "refresh" or "keys"; moves the focus itself. Silent while a dialog or menu is open.
if (window.windowKeys) window.windowKeys.abort();
window.windowKeys = new AbortController();

const rows = () => [...document.querySelectorAll("[data-row]")];
const go = (row) => {
  if (!row) return;
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
};

document.addEventListener(
  "keydown",
  (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    if (document.querySelector("dialog[open], [role=menu]")) return;
    const target = event.target instanceof Element ? event.target : document.body;
    const command = event.ctrlKey || event.metaKey;
    const key = event.key;
    const take = () => event.preventDefault();

    if (command && !event.altKey && !event.shiftKey && key.toLowerCase() === "n") {
      take();
      dioxus.send("create");
      return;
    }
    if (command && !event.altKey && event.shiftKey && key.toLowerCase() === "e") {
      take();
      dioxus.send("emergency");
      return;
    }
    if (command || event.altKey) return;

    const field = target.closest("input, textarea");
    if (field) {
      if (field.id === "search" && key === "ArrowDown") {
        take();
        go(rows()[0]);
      }
      return;
    }
    if (key === "/") {
      take();
      const search = document.getElementById("search");
      if (search) {
        search.focus();
        search.select();
      }
    } else if (key === "?") {
      take();
      dioxus.send("keys");
    } else if (key.toLowerCase() === "r" && !event.repeat) {
      take();
      dioxus.send("refresh");
    } else if (key === "ArrowDown" || key === "ArrowUp") {
      const row = target.closest("[data-row]");
      const all = rows();
      const at = all.indexOf(row);
      if (row) {
        take();
        go(all[at + (key === "ArrowDown" ? 1 : -1)]);
      } else if (target === document.body && key === "ArrowDown") {
        take();
        go(all[0]);
      }
    } else if (key === "Enter" && target.matches("[data-row]")) {
      take();
      const more = target.querySelector("[data-menu-button]");
      if (more) {
        more.focus({ preventScroll: true });
        more.click();
      }
    }
  },
  { signal: window.windowKeys.signal },
);

// Keeps the channel to the program open.
await new Promise(() => {});
