// Says that somebody is there, at most twice a second.
if (window.inputWatch) window.inputWatch.abort();
window.inputWatch = new AbortController();

let told = 0;
const here = () => {
  const now = Date.now();
  if (now - told < 500) return;
  told = now;
  dioxus.send(null);
};
// The web view also says that the pointer has moved when the page has moved under it.
let place = "";
const moved = (event) => {
  const now = `${event.screenX} ${event.screenY}`;
  if (place && now !== place) here();
  place = now;
};
const options = { capture: true, passive: true, signal: window.inputWatch.signal };
for (const name of ["keydown", "pointerdown", "wheel"]) document.addEventListener(name, here, options);
document.addEventListener("pointermove", moved, options);

// Keeps the channel to the program open.
await new Promise(() => {});
