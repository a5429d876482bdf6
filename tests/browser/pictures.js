// What is measured of a picture in a page: each sentence says what is wrong with it.
() => {
  const found = [];
  const svg = document.querySelector("svg");
  const view = svg.viewBox.baseVal;
  const box = (node) => node.getBBox();
  const inside = (a, b, rim) =>
    a.x >= b.x + rim && a.x + a.width <= b.x + b.width - rim && a.y >= b.y - 1 && a.y + a.height <= b.y + b.height + 1;
  const meet = (a, b, rim) =>
    a.x + rim < b.x + b.width && b.x + rim < a.x + a.width && a.y + rim < b.y + b.height && b.y + rim < a.y + a.height;
  const texts = [...svg.querySelectorAll("text")].map((node) => ({ words: node.textContent, at: box(node), rim: node.hasAttribute("paint-order") }));
  const ground = svg.querySelector("rect");
  const boxes = [...svg.querySelectorAll("rect")].filter((node) => node !== ground);
  for (const text of texts) {
    if (!inside(text.at, view, 4)) found.push(`${text.words}: outside of the picture`);
    const holds = boxes.map(box).filter((each) => meet(text.at, each, 1));
    // Of bars that lie on one another, the smallest that holds the words counts.
    if (holds.length && !holds.some((each) => inside(text.at, each, 3))) found.push(`${text.words}: over the edge of its box`);
  }
  for (const [at, one] of texts.entries())
    for (const other of texts.slice(at + 1))
      if (meet(one.at, other.at, 2)) found.push(`${one.words}: on ${other.words}`);
  // Words with a rim may lie on an arrow; others not.
  for (const path of svg.querySelectorAll("path[fill=none]")) {
    const length = path.getTotalLength();
    for (const text of texts.filter((each) => !each.rim)) {
      const area = { x: text.at.x - 1, y: text.at.y + 2, width: text.at.width + 2, height: text.at.height - 4 };
      for (let along = 0; along <= length; along += 2) {
        const { x, y } = path.getPointAtLength(along);
        if (x > area.x && x < area.x + area.width && y > area.y && y < area.y + area.height) {
          found.push(`${text.words}: on a line`);
          break;
        }
      }
    }
  }
  // An arrow leads to a box or to words, and comes from one, from words, or out of another arrow. An axis does neither.
  const near = (point, area, by) =>
    point.x > area.x - by && point.x < area.x + area.width + by && point.y > area.y - by && point.y < area.y + area.height + by;
  const lines = [...svg.querySelectorAll("path[fill=none]")].map((path) => {
    const length = path.getTotalLength();
    return { from: path.getPointAtLength(0), to: path.getPointAtLength(length), path, length };
  });
  const onLine = (point, line) => {
    for (let along = 0; along <= line.length; along += 2) {
      const at = line.path.getPointAtLength(along);
      if (Math.hypot(at.x - point.x, at.y - point.y) < 3) return true;
    }
    return false;
  };
  for (const head of svg.querySelectorAll("path:not([fill=none]):not([data-axis])")) {
    const [, x, y] = head.getAttribute("d").match(/^M([\d.]+) ([\d.]+)l/) ?? [];
    if (!x) continue; // a surface
    const tip = { x: +x, y: +y };
    if (!boxes.some((each) => near(tip, box(each), 4)) && !texts.some((each) => near(tip, each.at, 12)))
      found.push(`an arrow to ${x}, ${y}: nothing there`);
    const line = lines.find((each) => Math.hypot(each.to.x - tip.x, each.to.y - tip.y) < 2);
    if (!line) found.push(`an arrow to ${x}, ${y}: a head without a line`);
    else if (
      !boxes.some((each) => near(line.from, box(each), 3)) &&
      !texts.some((each) => near(line.from, each.at, 10)) &&
      !lines.some((other) => other !== line && onLine(line.from, other))
    )
      found.push(`an arrow from ${line.from.x}, ${line.from.y}: nothing there`);
  }
  // The words of one box, each said once.
  for (const each of boxes) {
    const words = texts.filter((text) => inside(text.at, box(each), 0)).map((text) => text.words.toLowerCase());
    if (new Set(words).size < words.length) found.push(`${words}: said twice in a box`);
  }
  return found;
}
