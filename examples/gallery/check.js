// What the page looks like to somebody who measures it. Gives what is wrong, in lines.
const problems = [];
let looked = 0;
const scope = () => {
  const open = [...document.querySelectorAll("dialog[open]")];
  return open.length ? open[open.length - 1] : document.querySelector("#main");
};
const name = (el) => {
  const said = el.getAttribute("aria-label") || el.textContent || el.getAttribute("title") || "";
  const kind = typeof el.className === "string" && el.className ? "." + el.className.split(" ").join(".") : "";
  return `${el.tagName.toLowerCase()}${kind} “${said.trim().slice(0, 40)}”`;
};
// What was found of an element, until something changes: each asks the one around it.
let known = new Map();
const once = (what, find) => (el) => {
  const found = known.get(el) || {};
  if (!(what in found)) {
    found[what] = find(el);
    known.set(el, found);
  }
  return found[what];
};
const opacity = once("opacity", (el) => {
  if (!(el instanceof Element)) return 1;
  const style = getComputedStyle(el);
  const hidden = style.visibility === "hidden" || style.display === "none" || style.clipPath.startsWith("inset(50%");
  return hidden ? 0 : Number(style.opacity) * opacity(el.parentElement);
});
const seen = (el) => {
  if (el.closest(".spoken, [data-skeleton], .spacer")) return false;
  const box = el.getBoundingClientRect();
  return box.width >= 2 && box.height >= 2 && opacity(el) > 0;
};
const all = () => [...scope().querySelectorAll("*")].filter((el) => !el.closest("svg") || el.tagName === "svg");
const ownText = (el) => [...el.childNodes].some((it) => it.nodeType === 3 && it.data.trim());

// Nothing cut but what says so, nothing outside, nothing to scroll sideways, everything large enough to be hit.
const widths = () => {
  const wide = document.documentElement.clientWidth;
  for (const el of [document.documentElement, document.body, ...document.querySelectorAll(".main, .dialog, .dialog-body")]) {
    if (el.scrollWidth > el.clientWidth + 1) {
      const right = (it) => it.getBoundingClientRect().right;
      const furthest = [...el.querySelectorAll("*")].sort((one, other) => right(other) - right(one))[0];
      problems.push(`${name(el)} is ${el.scrollWidth} wide in ${el.clientWidth}, because of ${name(furthest)}`);
    }
  }
  for (const el of all().filter(seen)) {
    looked += 1;
    const box = el.getBoundingClientRect();
    // Within something that is cut with an ellipsis it is that which is looked at.
    const cut = el.parentElement && el.parentElement.closest(".cut");
    const scrolls = el.closest(".tabs") || (cut && getComputedStyle(cut).textOverflow === "ellipsis");
    if (!scrolls && (box.left < -1 || box.right > wide + 1)) {
      problems.push(`${name(el)} is outside: ${Math.round(box.left)} to ${Math.round(box.right)} of ${wide}`);
    }
    if (el.matches("button, input, select, summary, a[href], [role=tab]")) {
      // A check box is hit by its label, too.
      const hit = (el.type === "checkbox" && el.closest("label") ? el.closest("label") : el).getBoundingClientRect();
      if (hit.width < 23.5 || hit.height < 23.5) {
        problems.push(`${name(el)} is ${Math.round(hit.width)} by ${Math.round(hit.height)}`);
      }
    }
    const style = getComputedStyle(el);
    const hides = style.overflowX === "hidden" || style.overflowX === "clip";
    const admits = style.textOverflow === "ellipsis" || el.matches(".mask-dots");
    if (ownText(el) && hides && !admits && el.scrollWidth > el.clientWidth + 1) problems.push(`${name(el)} is cut`);
    if (!scrolls && (ownText(el) || el.matches("button, svg"))) {
      const frame = el.parentElement.closest(".token, .dialog, .notice, .toast, .sidebar, .main, .button, td, th");
      const around = frame && frame.getBoundingClientRect();
      if (around && (box.right > around.right + 1 || box.left < around.left - 1) && !el.closest(".broken-words, .mask")) {
        problems.push(`${name(el)} is out of ${name(frame)}`);
      }
    }
  }
};

const parse = (text) => {
  const numbers = (text.match(/-?[\d.]+(e-?\d+)?%?/g) || []).map(Number);
  if (text.startsWith("color(")) return [...numbers.slice(-4, -1).length === 3 && text.includes("/") ? numbers.slice(-4, -1) : numbers.slice(-3)].map((it) => it * 255).concat(text.includes("/") ? numbers[numbers.length - 1] : 1);
  if (!text.startsWith("rgb")) return [0, 0, 0, 0];
  return [numbers[0], numbers[1], numbers[2], numbers.length > 3 ? numbers[3] : 1];
};
const over = (top, below) => top.slice(0, 3).map((it, at) => it * top[3] + below[at] * (1 - top[3])).concat(1);
const ground = once("ground", (el) => {
  if (!(el instanceof Element)) return [255, 255, 255, 1];
  const colour = parse(getComputedStyle(el).backgroundColor);
  return colour[3] === 1 ? colour : over(colour, ground(el.parentElement));
});
const light = (colour) => {
  const [r, g, b] = colour.map((it) => { const c = it / 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const ratio = (one, other) => {
  const [a, b] = [light(one), light(other)].sort((x, y) => y - x);
  return (a + 0.05) / (b + 0.05);
};
// A state of every element at once, as the style sheet has it.
const STATES = ["", "is-row-hover", "is-hover", "is-focus", "is-active"];
const contrast = (text) => {
  const told = new Set();
  const tell = (el, what, colour, below, least) => {
    looked += 1;
    const found = ratio(over([...colour.slice(0, 3), colour[3] * opacity(el)], below), below);
    const line = `${what} of ${name(el)}`;
    if (found < least - 0.005 && !told.has(line)) {
      told.add(line);
      problems.push(`${line} has ${found.toFixed(2)} of ${least}`);
    }
  };
  for (const state of STATES) {
    const every = [...document.querySelectorAll("body *")];
    const is = (el) => state && (state !== "is-row-hover" || el.matches("tr, li, label, dialog, section"));
    const marked = every.filter(is);
    const mark = state === "is-row-hover" ? "is-hover" : state;
    marked.forEach((el) => el.classList.add(mark));
    known = new Map();
    for (const el of all().filter(seen)) {
      const style = getComputedStyle(el);
      const below = ground(el);
      if (ownText(el)) {
        const size = parseFloat(style.fontSize);
        const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
        tell(el, `${state} text`, parse(style.color), below, large ? 3 : text);
      }
      if (el.tagName === "svg" && el.closest("button, .notice, .badge")) tell(el.parentElement, `${state} icon`, parse(style.color), below, 3);
      if (el.matches(".dot")) tell(el.parentElement, `${state} dot`, parse(style.backgroundColor), ground(el.parentElement), 3);
      if (el.matches("input:not([type=checkbox])")) {
        tell(el, `${state} border`, parse(style.borderTopColor), ground(el.parentElement), 3);
        if (el.placeholder && !el.value) tell(el, `${state} placeholder`, parse(getComputedStyle(el, "::placeholder").color), below, text);
      }
      if (state === "is-focus" && el.matches("button, input, a, summary, [tabindex]") && style.outlineStyle !== "none") tell(el, "focus ring", parse(style.outlineColor), ground(el.parentElement || el), 3);
    }
    marked.forEach((el) => el.classList.remove(mark));
  }
};
// States and settings become classes and switches, so that the page can be measured in each.
const prepare = () => {
  if (window.switches) return window.switches;
  const still = document.createElement("style");
  still.textContent = "*, *::before, *::after { transition: none !important; animation: none !important; }";
  document.head.append(still);
  const switches = [];
  const walk = (rules) => {
    for (const rule of [...rules]) {
      if (rule.media) switches.push({ rule, text: rule.media.mediaText });
      if (rule.selectorText) {
        const text = rule.selectorText
          .replace(/:hover/g, ".is-hover")
          .replace(/:focus-visible/g, ".is-focus")
          .replace(/:focus-within/g, ".is-focus")
          .replace(/:active/g, ".is-active");
        if (text !== rule.selectorText) rule.selectorText = text;
      }
      if (rule.cssRules) walk(rule.cssRules);
    }
  };
  for (const sheet of document.styleSheets) walk(sheet.cssRules);
  window.switches = switches;
  return switches;
};
const setting = (dark, more) => {
  for (const { rule, text } of prepare()) {
    if (!/prefers-(color-scheme|contrast)/.test(text)) continue;
    const on = (!/dark/.test(text) || dark) && (!/contrast/.test(text) || more);
    rule.media.mediaText = on ? "all" : "not all";
  }
};
const frames = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
const settled = async (wide) => {
  for (let tries = 0; tries < 100 && window.innerWidth !== wide; tries++) await new Promise((done) => setTimeout(done, 10));
  if (window.innerWidth !== wide) problems.push(`the window is ${window.innerWidth} wide, not ${wide}`);
};
