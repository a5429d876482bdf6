// What is measured of the kit's panels and controls in a page: each function returns what is wrong.
() => {
  const BOXES = ".kit, .kit-controls";
  const LONG = 20; // characters of a text without a space that may break: an ARN, a URL

  function* texts() {
    for (const box of document.querySelectorAll(BOXES)) {
      const walker = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
      for (let node; (node = walker.nextNode()); ) {
        const parent = node.parentElement;
        if (node.data.trim() && !parent.closest("style, option, svg") && parent.checkVisibility()) yield node;
      }
    }
  }

  // Words that stand on two lines.
  function broken() {
    const found = new Set();
    const range = document.createRange();
    for (const node of texts()) {
      // Indented code of a narrow panel has no room for a word beside its indent.
      if (node.parentElement.closest("pre")?.clientWidth < 300) continue;
      for (const run of node.data.matchAll(/\S+/g)) {
        if (run[0].length > LONG) continue;
        for (const word of run[0].matchAll(/[^-/]+/g)) {
          range.setStart(node, run.index + word.index);
          range.setEnd(node, run.index + word.index + word[0].length);
          const lines = new Set([...range.getClientRects()].filter((r) => r.width).map((r) => Math.round(r.top)));
          if (lines.size > 1) found.add(`${word[0]} in ${node.parentElement.tagName}: ${node.data.slice(0, 40)}`);
        }
      }
    }
    return [...found];
  }

  // Numbers whose unit stands on the next line. Prose and code are somebody's own words.
  function apart() {
    const found = new Set();
    const range = document.createRange();
    const figure = /\d\s(?:ms|s|min|h|days?|%|bytes?|[kMG]B|tokens?|dollars?)(?![\w'])(?:\san?\s(?:second|hour))?|\d\sa\ssecond\b/g;
    for (const node of texts()) {
      if (node.parentElement.closest("pre, code, textarea, .kit-prose")) continue;
      for (const run of node.data.matchAll(figure)) {
        range.setStart(node, run.index);
        range.setEnd(node, run.index + run[0].length);
        const lines = new Set([...range.getClientRects()].filter((r) => r.width).map((r) => Math.round(r.top)));
        if (lines.size > 1) found.add(`${run[0]} in ${node.parentElement.tagName}: ${node.data.slice(0, 40)}`);
      }
    }
    return [...found];
  }

  // What is wider than its place, and so has a bar, is cut, or makes the page scroll.
  function wide() {
    const found = new Set();
    for (const box of document.querySelectorAll(BOXES)) {
      const edge = box.getBoundingClientRect().right + 1;
      for (const each of [box, ...box.querySelectorAll("*")]) {
        if (each.closest("svg, style") || !each.checkVisibility()) continue;
        const style = getComputedStyle(each);
        const scrolls = style.overflowX !== "visible" && !["INPUT", "SELECT"].includes(each.tagName);
        const name = `${each.tagName}.${each.className}`;
        if (scrolls && each.scrollWidth > each.clientWidth + 1) found.add(`${name} ${each.scrollWidth} in ${each.clientWidth}`);
        if (style.position !== "absolute" && each.getBoundingClientRect().right > edge) found.add(`${name} sticks out: ${each.textContent.slice(0, 60)}`);
      }
    }
    return [...found];
  }

  // Words that a notebook's own rule for tables has put to the right.
  function right() {
    const rows = document.querySelectorAll(".kit :is(tr, td, th):not(.kit-number)");
    return [...rows].filter((each) => !["left", "start"].includes(getComputedStyle(each).textAlign)).map((each) => each.innerText);
  }

  const rgb = (text) => {
    const [r, g, b, a = 1] = text.match(/-?[\d.]+(?:e-?\d+)?/g).map(Number);
    return text.startsWith("color(") ? [255 * r, 255 * g, 255 * b, a] : [r, g, b, a];
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const light = (colour) => {
    const [r, g, b] = colour.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };

  function ground(element) {
    const above = [];
    for (let each = element; each; each = each.parentElement) {
      const colour = rgb(getComputedStyle(each).backgroundColor);
      above.push(colour);
      if (colour[3] === 1) break;
    }
    return above.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
  }

  // Words whose contrast is below 4.5:1; placeholders and what fields hold among them.
  function pale() {
    const found = new Set();
    const look = (element, colour, words) => {
      const back = ground(element);
      const ink = over(rgb(colour), back);
      const [high, low] = [light(ink), light(back)].sort((a, b) => b - a);
      const ratio = (high + 0.05) / (low + 0.05);
      if (ratio < 4.5) found.add(`${ratio.toFixed(2)}: ${element.tagName}.${element.className}: ${words.slice(0, 40)}`);
    };
    for (const node of texts()) look(node.parentElement, getComputedStyle(node.parentElement).color, node.data);
    for (const field of document.querySelectorAll(".kit-controls :is(input, textarea, select)")) {
      look(field, getComputedStyle(field).color, field.value);
      if (field.placeholder) look(field, getComputedStyle(field, "::placeholder").color, field.placeholder);
    }
    return [...found];
  }

  return { broken: broken(), apart: apart(), wide: wide(), pale: pale(), right: right(), boxes: document.querySelectorAll(BOXES).length };
}
