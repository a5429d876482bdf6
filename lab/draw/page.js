// What the kit does in a page beside drawing: its controls keep their keys and the focus, code can be
// copied. One copy of this runs in a page, for all controls and all records of it.

const OURS = ".kit, .kit-controls";

// JupyterLab takes keys as shortcuts of the notebook (b inserts a cell, d d deletes one) unless the
// element that has the focus says no; Notebook 7 looks at the attribute only, and typing in a field
// of JupyterLab needs that the key goes no further. So both.
const guarded = new WeakSet();

function guard(event) {
  const root = event.target.closest?.(OURS);
  if (!root) return;
  event.target.setAttribute("data-lm-suppress-shortcuts", "true");
  if (guarded.has(root)) return;
  guarded.add(root);
  // On the way down: a field of ipywidgets lets no key come up again.
  root.addEventListener("keydown", (key) => sends(key, root), true);
  root.addEventListener("keydown", (key) => {
    if (key.key === "Enter" || !(key.ctrlKey || key.metaKey)) key.stopPropagation();
  });
}

// Ctrl+Enter (on a Mac also Cmd+Enter) presses the one primary button, Escape presses it while it
// says Stop. What was typed last is on its way to the kernel then: the press comes after it.
function sends(key, root) {
  const button = root.querySelector("button.kit-primary");
  if (!button || button.disabled) return;
  const stops = button.textContent.trim() === "Stop";
  const asked = key.key === "Enter" && (key.ctrlKey || key.metaKey) && !stops;
  if (!asked && !(key.key === "Escape" && stops)) return;
  key.preventDefault();
  key.stopPropagation();
  setTimeout(() => button.click(), asked ? 150 : 0);
}

// A control that has been pressed may be replaced by its result: then the result gets the focus, and
// not the page, so that reading and Tab go on from there.
let pressed = null; // the outputs of the cell, and until when they are watched

function remember(event) {
  const control = event.target.closest?.(".kit-controls button");
  const place = control?.closest(".jp-Cell-outputArea, .jp-OutputArea, .output_area, .output");
  pressed = place ? { place, control, until: Date.now() + 10_000 } : pressed;
}

function keepFocus() {
  if (!pressed) return;
  const { place, control, until } = pressed;
  if (Date.now() > until || !place.isConnected) return void (pressed = null);
  if (control.isConnected) return;
  const at = document.activeElement;
  const lost = !at || at === document.body || (at.contains(place) && !place.contains(at));
  const result = place.querySelector(".kit");
  if (!result) return;
  pressed = null;
  if (!lost) return;
  result.tabIndex = -1;
  result.focus({ preventScroll: true });
}

// Code of records, and what controls show to be copied, each get a button.
function addCopies() {
  for (const text of document.querySelectorAll(".kit pre:not([data-kit]), .kit-copy textarea:not([data-kit])")) {
    text.dataset.kit = "";
    const button = document.createElement("button");
    button.type = "button";
    button.className = "kit-copies";
    button.textContent = "Copy";
    button.addEventListener("click", () => copy(text, button));
    const frame = document.createElement("div");
    frame.className = "kit-copied";
    text.before(frame);
    frame.append(text, button);
    if (text.tagName === "PRE") longer.observe(text);
  }
}

// What is longer than its frame is scrolled with the arrow keys, and so it can have the focus.
const longer = new ResizeObserver((found) => {
  for (const { target } of found) {
    if (target.scrollHeight > target.clientHeight + 1) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});

async function copy(text, button) {
  const all = text.value ?? text.textContent;
  try {
    await navigator.clipboard.writeText(all);
    button.textContent = "Copied";
  } catch {
    // A page that is not served safely has no clipboard: it is selected, for Ctrl+C.
    const range = document.createRange();
    range.selectNodeContents(text);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    text.select?.();
    button.textContent = "Selected: press Ctrl+C";
  }
  setTimeout(() => (button.textContent = "Copy"), 2000);
}

// The record of a deployment plays once more, by the times that it has: no kernel is asked. What took
// long is shortened as a whole.
const LONGEST = 10; // seconds

function addReplays() {
  for (const clock of document.querySelectorAll(".kit-clock:not([data-kit])")) {
    clock.dataset.kit = "";
    const panel = clock.closest(".kit");
    const rows = [...panel.querySelectorAll(".kit-row[data-at]")];
    if (rows.length < 2 || panel.querySelector(".kit-now")) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "kit-replay";
    button.textContent = "Replay";
    button.addEventListener("click", () => replay(button, panel, rows));
    clock.after(button);
  }
}

function replay(button, panel, rows) {
  const times = rows.map((row) => row.dataset.at.split(" ").map(Number));
  const end = Math.max(...times.map(([, over]) => over));
  const faster = Math.max(1, end / LONGEST);
  const began = performance.now();
  const going = button.textContent === "Replay";
  button.textContent = going ? "Stop" : "Replay";
  panel.querySelectorAll("details").forEach((fold) => (fold.open ||= going));
  const draw = () => {
    const over = button.textContent === "Replay" || !button.isConnected;
    const now = over ? Infinity : (faster * (performance.now() - began)) / 1000;
    rows.forEach((row, number) => {
      row.classList.toggle("kit-later", now < times[number][0]);
      row.classList.toggle("kit-busy", now >= times[number][0] && now < times[number][1]);
    });
    if (!over && now <= end) requestAnimationFrame(draw);
    else button.textContent = "Replay";
  };
  if (going) draw();
}

function install(sheet) {
  document.head.append(Object.assign(document.createElement("style"), { textContent: sheet }));
  document.addEventListener("focusin", guard, true);
  document.addEventListener("click", remember, true);
  let asked = false;
  const look = () => {
    asked = false;
    keepFocus();
    addCopies();
    addReplays();
  };
  new MutationObserver(() => {
    if (!asked) requestAnimationFrame(look);
    asked = true;
  }).observe(document.body, { childList: true, subtree: true });
  look();
}

export default {
  render({ model, el }) {
    el.style.display = "none";
    if (!globalThis.__kit_page) {
      globalThis.__kit_page = true;
      install(model.get("sheet"));
    }
    if (model.get("once")) model.send({ ready: true });
  },
};
