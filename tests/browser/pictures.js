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
  // The words of one box, each said once.
  for (const each of boxes) {
    const words = texts.filter((text) => inside(text.at, box(each), 0)).map((text) => text.words.toLowerCase());
    if (new Set(words).size < words.length) found.push(`${words}: said twice in a box`);
  }
  return found;
}
