// The window's keys. Says "create", "emergency", "refresh", "keys", "palette" or the number of an environment; moves the
// focus between rows itself. Silent while a dialog or menu is open.
if (window.windowKeys) window.windowKeys.abort();
window.windowKeys = new AbortController();

const rows = () => [...document.querySelectorAll("[data-row]")];
const numberOf = (row) => Number(row.dataset.row);
// Only rows near the window are in the document: the one that is on its way counts as the current one, so that keys that come
// meanwhile go on from there.
let current = null;
let goal = 0;

// Chooses a row; with Shift all from the one that was chosen last up to it.
const pick = (row, shiftKey) => {
  const box = row && row.querySelector("[data-pick]");
  if (box) box.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey }));
};

const take = (row, extending) => {
  current = numberOf(row);
  if (extending) pick(row, true);
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
};

// Scrolls to where a row will be, and takes it when it is there.
const go = (number, extending) => {
  const shown = rows();
  const table = shown.length && shown[0].closest("[aria-rowcount]");
  if (!table) return;
  const last = Number(table.getAttribute("aria-rowcount")) - 2;
  const wanted = Math.max(0, Math.min(last, number));
  const mine = ++goal;
  current = wanted;
  const there = () => document.querySelector(`[data-row="${wanted}"]`);
  if (there()) return take(there(), extending);
  const page = table.closest(".main");
  const height = shown.length > 1
    ? (shown[shown.length - 1].offsetTop - shown[0].offsetTop) / (shown.length - 1)
    : shown[0].offsetHeight;
  const top = shown[0].getBoundingClientRect().top - page.getBoundingClientRect().top + page.scrollTop;
  page.scrollTop = top + (wanted - numberOf(shown[0])) * height - page.clientHeight / 2;
  let tries = 0;
  const wait = () => {
    if (mine !== goal) return;
    if (there()) take(there(), extending);
    else if (++tries < 100) setTimeout(wait, 20);
  };
  wait();
};

const page = () => {
  const shown = rows();
  const main = shown.length ? shown[0].closest(".main") : null;
  return main ? Math.max(1, Math.floor(main.clientHeight / Math.max(1, shown[0].offsetHeight)) - 3) : 1;
};

// How far a key moves from a row; the ends are further than any list is long.
const far = 1e9;
const steps = {
  ArrowDown: () => 1,
  ArrowUp: () => -1,
  PageDown: page,
  PageUp: () => -page(),
  Home: () => -far,
  End: () => far,
};

document.addEventListener("focusin", (event) => {
  const row = event.target instanceof Element && event.target.closest("[data-row]");
  if (row) current = numberOf(row);
}, { signal: window.windowKeys.signal });

document.addEventListener(
  "keydown",
  (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    if (document.querySelector("dialog[open], [role=menu]")) return;
    const target = event.target instanceof Element ? event.target : document.body;
    const command = event.ctrlKey || event.metaKey;
    const key = event.key;
    const say = (word) => {
      event.preventDefault();
      dioxus.send(word);
    };

    if (command && !event.altKey) {
      const letter = key.toLowerCase();
      if (!event.shiftKey && letter === "n") say("create");
      else if (!event.shiftKey && letter === "k") say("palette");
      else if (event.shiftKey && letter === "e") say("emergency");
      else if (!event.shiftKey && letter === "a" && !target.closest("input, textarea, select")) {
        const all = document.getElementById("pick-all");
        if (all) {
          event.preventDefault();
          if (all.getAttribute("aria-checked") !== "true") all.click();
        }
      }
      return;
    }
    if (event.altKey) return;

    const field = target.closest("input, textarea, select");
    if (field) {
      if (field.id === "search" && key === "ArrowDown") {
        event.preventDefault();
        go(0);
      }
      return;
    }
    const row = target.closest("[data-row]");
    const onPage = target === document.body || target.id === "page-title";
    if (key === "/") {
      event.preventDefault();
      const search = document.getElementById("search");
      if (search) {
        search.focus();
        search.select();
      }
    } else if (key === "?") {
      say("keys");
    } else if (key.toLowerCase() === "r" && !event.repeat) {
      say("refresh");
    } else if (/^[1-9]$/.test(key) && !event.repeat) {
      say(key);
    } else if (key === " " && target.matches("[data-row]")) {
      event.preventDefault();
      pick(target, event.shiftKey);
    } else if (steps[key] && event.shiftKey && row) {
      event.preventDefault();
      // The row where it begins is chosen, too.
      const box = row.querySelector("[data-pick]");
      if (box && !document.querySelector('[data-pick][aria-checked="true"]')) pick(row, false);
      go(current + steps[key](), true);
    } else if (steps[key] && !event.shiftKey && (row || (onPage && rows().length))) {
      event.preventDefault();
      // It goes on from the row that is on its way, and from one that has left the document while it had the focus.
      const isLost = current !== null && !document.querySelector(`[data-row="${current}"]`);
      if (row || isLost) go(current + steps[key]());
      else go(key === "End" ? far : 0);
    } else if (key === "Enter" && target.matches("[data-row]")) {
      event.preventDefault();
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
