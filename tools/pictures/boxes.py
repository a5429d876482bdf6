"""Draw resources as boxes in rows, with arrows between them: a graph in, an SVG file's text out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lab.draw.svg import Drawing
from tools.graph import Node
from tools.pictures.layout import Arrow, Layered, centres, layered

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
    arrows: Sequence[Arrow],
    drop: float,
    legend: str,
) -> str:
    """Boxes in rows with `drop` pixels between, arrows from each to what it refers to."""
    if len(nodes) > MOST_BOXES:
        raise ValueError(f"{title}: {len(nodes)} boxes, at most {MOST_BOXES} can be read")
    plan = _planned(title, layered([node.name for node in nodes], sorted(arrows)), drop)
    height = 2 * MARGIN + len(plan.graph.rows) * (BOX_HEIGHT + drop) - drop + 24
    drawing = Drawing(title, _description(nodes, arrows), height)
    for pair in sorted(arrows):
        drawing.arrow(plan.points(*pair))
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


def _description(nodes: Sequence[Node], arrows: Sequence[Arrow]) -> str:
    told = ", ".join(f"{node.name} ({kind(node)}, chapter {node.chapter:02d})" for node in nodes)
    refers = "; ".join(f"{source} refers to {target}" for source, target in arrows)
    return f"Boxes: {told}. Arrows: {refers or 'none'}."
