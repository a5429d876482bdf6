"""Draw resources as boxes in rows, with arrows between them: a graph in, an SVG file's text out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lab.draw.svg import Drawing
from tools.graph import Edge, Node
from tools.pictures.layout import Layered, centres, layered

MARGIN = 16
BOX_HEIGHT = 46
CHANNEL = 40  # kept free for an arrow that passes a row
ROOMY, TIGHT = (132, 40), (112, 10)  # the width of a box and the gap beside it
FITS = (ROOMY, (132, 24), (120, 16), TIGHT)
LONG = 12  # letters; a longer name is set smaller
MOST_BOXES = 15


def short(name: str) -> str:
    """A logical name without the prefix that all share: `languageModelApi` is `Api`."""
    name = name.partition(" ")[0]
    return re.sub(r"^(?i:languageModel|model)(?=[A-Z])|(?<=.)(?<!Model)Lambda$", "", name)


def kind(node: Node) -> str:
    """The last part of the type, `aws:iam/role:Role` is `Role`, and how many the box is for."""
    _, _, count = node.name.partition(" ")
    return f"{node.type.rsplit(':', 1)[-1]} {count}".rstrip()


def boxes(
    title: str,
    nodes: Sequence[Node],
    edges: Sequence[Edge],
    drop: float,
    legend: str,
) -> str:
    """Boxes in rows with `drop` pixels between, arrows with the names of properties."""
    if len(nodes) > MOST_BOXES:
        raise ValueError(f"{title}: {len(nodes)} boxes, at most {MOST_BOXES} can be read")
    named: dict[tuple[str, str], list[str]] = {}
    for edge in edges:
        named.setdefault((edge.source, edge.target), []).append(edge.property)
    plan = _planned(title, layered([node.name for node in nodes], sorted(named)), drop)
    height = 2 * MARGIN + len(plan.graph.rows) * (BOX_HEIGHT + drop) - drop + 24
    drawing = Drawing(title, _description(nodes, edges), height)
    ends = {pair: plan.points(*pair) for pair in sorted(named)}
    for points in ends.values():
        drawing.arrow(points)
    _labels(drawing, [(ends[pair][-2:], words) for pair, words in sorted(named.items())])
    for node in nodes:
        _box(drawing, node, plan)
    drawing.text(MARGIN, height - MARGIN + 4, legend, size=12, at="start")
    return drawing.svg()


@dataclass(frozen=True)
class Plan:
    """Where each box is: `x` its centre, `y` its upper edge; all are `width` wide."""

    graph: Layered
    x: dict[str, float]
    y: dict[str, float]
    width: float

    def points(self, a: str, b: str) -> list[tuple[float, float]]:
        """The points of the arrow from a box's lower edge to another's upper edge."""
        way = self.graph.ways[(a, b)]
        points = [(self.x[a] + self._port(a, way[1], down=True), self.y[a] + BOX_HEIGHT)]
        for name in way[1:-1]:
            points += [(self.x[name], self.y[name]), (self.x[name], self.y[name] + BOX_HEIGHT)]
        return [*points, (self.x[b] + self._port(b, way[-2], down=False), self.y[b])]

    def _port(self, name: str, to: str, *, down: bool) -> float:
        """How far from the centre an arrow leaves or arrives, so that no two share a point."""
        links = [(b if down else a) for a, b in self.graph.links if name == (a if down else b)]
        links.sort(key=lambda other: (self.x[other], other))
        step = min(26.0, (self.width - 24) / max(1, len(links) - 1))
        return step * (links.index(to) - (len(links) - 1) / 2)


def _planned(title: str, graph: Layered, drop: float) -> Plan:
    """Give each box its place, in the roomiest way that fits the page."""
    names = [name for row in graph.rows for name in row]
    y = {
        name: MARGIN + (len(graph.rows) - 1 - at) * (BOX_HEIGHT + drop)
        for at, row in enumerate(graph.rows)
        for name in row
    }
    for box, gap in FITS:
        width: dict[str, float] = {n: CHANNEL if n.startswith("~") else box for n in names}
        x = centres(graph, width, gap)
        spare = 640 - 2 * MARGIN - max(x[name] + width[name] / 2 for name in names)
        if spare >= 0:
            shift = MARGIN + spare / 2
            return Plan(graph, {name: x[name] + shift for name in names}, y, box)
    raise ValueError(f"{title}: {-spare:.0f} pixels too wide, even with the smallest boxes")


def _box(drawing: Drawing, node: Node, plan: Plan) -> None:
    left, top = plan.x[node.name] - plan.width / 2, plan.y[node.name]
    drawing.box(left, top, plan.width, BOX_HEIGHT)
    size = 13 if len(short(node.name)) <= LONG else 12
    name, below = short(node.name), kind(node)
    once = name == below  # said once, then
    drawing.text(left + 8, top + 19, name, size=size, bold=True, at="start")
    if not once:
        drawing.text(left + 8, top + 37, below, size=12, at="start")
    # Beside the shorter of the two, which leaves it room.
    row = 37 if once or len(below) <= len(name) else 19
    number = f"{node.chapter:02d}"
    drawing.text(left + plan.width - 7, top + row, number, size=12, at="end")


def _labels(
    drawing: Drawing, arrows: Sequence[tuple[list[tuple[float, float]], list[str]]]
) -> None:
    """Put each arrow's words on its last bend, where no other words are."""
    taken: list[tuple[float, float, float, float]] = []
    for (start, end), words in arrows:
        if not any(words):
            continue
        half, tall = 3.6 * max(map(len, words)) + 3, 7.0 * len(words)
        for share in (0.6, 0.32, 0.8, 0.5):
            # The curve's own x at this share of its height; it is steep there, so y is near.
            x = start[0] + (end[0] - start[0]) * (3 * share**2 - 2 * share**3)
            y = start[1] + (end[1] - start[1]) * share
            area = (x - half, x + half, y - tall, y + tall)
            if not any(_overlap(area, other) for other in taken):
                break
        taken.append(area)
        for line, word in enumerate(words):
            drawing.text(x, y + 4 + 14 * (line - (len(words) - 1) / 2), word, size=12, rim=True)


def _overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[1] and b[0] < a[1] and a[2] < b[3] and b[2] < a[3]


def _description(nodes: Sequence[Node], edges: Sequence[Edge]) -> str:
    told = ", ".join(f"{node.name} ({kind(node)}, chapter {node.chapter:02d})" for node in nodes)
    arrows = "; ".join(
        f"{edge.source} refers to {edge.target}" + (f" as {edge.property}" if edge.property else "")
        for edge in edges
    )
    return f"Boxes: {told}. Arrows: {arrows or 'none'}."
