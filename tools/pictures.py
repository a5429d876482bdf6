"""Draw images/*.svg from the program.

    python -m tools.pictures           write all pictures
    python -m tools.pictures --check   write nothing; exit 1 when a committed picture differs

Three kinds: `map.svg`, every resource of chapters 01 to 06; `NN_slug.svg`, the resources of a
chapter and what they refer to; `way_NN.svg`, the way of one request, with the chapter's part lit.
Boxes and arrows come from the program's graph: an arrow goes from a resource to one it refers to.

Exit codes: 0 fine, 1 a picture differs, 2 misused.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lab.course import CHAPTERS, Chapter
from lab.draw.svg import Drawing
from tools.graph import Edge, Graph, Node, program_graph
from tools.layout import Layered, centres, layered, reduce
from tools.lessons import ROOT, stale

MARGIN = 16
BOX_HEIGHT = 46
CHANNEL = 40  # kept free for an arrow that passes a row
ROOMY, TIGHT = (132, 40), (112, 10)  # the width of a box and the gap beside it
FITS = (ROOMY, (132, 24), (120, 16), TIGHT)
LONG = 12  # letters; a longer name is set smaller
MOST_BOXES = 15
LEGEND = "Thick frame: made in this chapter. Number: another chapter. Arrow: refers to."

MAPPED = 6  # the last chapter on the map: with more, nobody could read it

# The way of a request: what the caller meets, in order, by the logical names of the program.
# What a chapter after the sixth adds to the way is seen from that chapter on.
WAY = (
    ("stage", ("languageModelStage", "languageModelDeployment")),
    ("API", ("languageModelApi", "languageModelApiPolicy")),
    ("key", ("keyAuthorizer", "KeyAuthorizerLambda")),
    ("plan", ("plan-blue", "planKey-blue")),
    ("/model", ("modelPath", "modelMethod")),
    ("integration", ("modelIntegration",)),
    ("role", ("languageModelApiRole",)),
    ("function", ("LanguageModelLambda", "languageModelInvokePolicy")),
    ("logs", ("accessLogs", "executionLogs")),
)
CHAT_WAY = {"/model": ("/chat", ("completionsPath", "chatMethod")), "integration": (
    "integration", ("chatIntegration",))}  # fmt: skip

# Own resources of a chapter that its picture leaves out: more boxes explain less.
LEFT_OUT = {
    7: {"authorizerLogs", "authorizerExecutionRole", "authorizerRights"},
    8: {"promptIntegration", "promptValidator", "promptLimit"}
    | {"throttledResponse", "quotaResponse"},
    9: {"apiLogsPolicy"},
    10: {"modelsIntegration", "oneModelIntegration", "modelsMethod", "oneModelMethod"}
    | {"modelsPath", "oneModelPath", "chatValidator", "chatLimit"},
}
# The neighbours that a picture shows, where it cannot show all.
NEIGHBOURS = {
    7: {"languageModelApiRole", "languageModelApi", "modelMethod"},
    8: {"languageModelStage", "teamKey ×2"},
    9: {"languageModelStage", "languageModelApi"},
    10: {"languageModelApi", "LanguageModelLambda"},
}


class TooWide(ValueError):
    """The boxes do not fit side by side."""


def short(name: str) -> str:
    """A logical name without the prefix that all share: `languageModelApi` is `Api`."""
    name = name.partition(" ")[0]
    return re.sub(r"^(?i:languageModel|model)(?=[A-Z])|(?<=.)(?<!Model)Lambda$", "", name)


def kind(node: Node) -> str:
    """The last part of the type, `aws:iam/role:Role` is `Role`, and how many the box is for."""
    _, _, count = node.name.partition(" ")
    return f"{node.type.rsplit(':', 1)[-1]} {count}".rstrip()


def grouped(graph: Graph) -> Graph:
    """The same graph with one box for resources that differ only in what follows the hyphen."""
    families: dict[str, list[str]] = {}
    for node in graph.nodes:
        families.setdefault(node.name.partition("-")[0], []).append(node.name)
    called = {
        name: f"{family} ×{len(names)}" if len(names) > 1 else name
        for family, names in families.items()
        for name in names
    }
    nodes = {called[node.name]: Node(called[node.name], node.type, node.chapter)
             for node in graph.nodes}  # fmt: skip
    edges = [Edge(called[e.source], e.property, called[e.target]) for e in graph.edges]
    return Graph(tuple(nodes.values()), tuple(dict.fromkeys(edges)))


def overview(graph: Graph) -> str:
    """Every resource of the first chapters; arrows that a longer way implies are left out."""
    nodes = [node for node in graph.nodes if node.chapter <= MAPPED]
    names = {node.name for node in nodes}
    pairs = [(e.source, e.target) for e in graph.edges if {e.source, e.target} <= names]
    drawn = reduce(pairs)
    title = f"The gateway of chapters 01 to {MAPPED:02d}, and what each resource refers to"
    legend = "Number: the chapter that makes it. Arrow: refers to."
    return _boxes(title, nodes, [Edge(a, "", b) for a, b in drawn], set(), 50, legend)


def neighbourhood(graph: Graph, chapter: Chapter) -> str:
    """A chapter's resources and those they refer to or are referred to by, so far.

    Where they do not fit side by side, the oldest go that a longer way reaches as well.
    """
    own = {node.name for node in graph.of_chapter(chapter.number)}
    own -= LEFT_OUT.get(chapter.number, set())
    made = [node.name for node in graph.nodes if node.chapter <= chapter.number]
    if chapter.number in NEIGHBOURS:
        made = [name for name in made if name in own | NEIGHBOURS[chapter.number]]
    known = [edge for edge in graph.edges if edge.source in made and edge.target in made]
    kept = set(reduce((edge.source, edge.target) for edge in known))
    edges = [edge for edge in known if own & {edge.source, edge.target}]
    implied = {edge.target for edge in edges if (edge.source, edge.target) not in kept} - own
    leave_out = sorted(implied, key=made.index)
    title = f"Chapter {chapter.number:02d}: what it adds, and what that refers to"
    while True:
        shown = own | {edge.source for edge in edges} | {edge.target for edge in edges}
        nodes = [node for node in graph.nodes if node.name in shown]
        try:
            return _boxes(title, nodes, edges, own, 92, LEGEND)
        except TooWide:
            if not leave_out:
                raise
            gone = leave_out.pop(0)
            edges = [edge for edge in edges if edge.target != gone]


def _boxes(
    title: str,
    nodes: Sequence[Node],
    edges: Sequence[Edge],
    lit: set[str],
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
    drawing = Drawing(title, _description(nodes, edges, lit), height)
    ends = {pair: plan.points(*pair) for pair in sorted(named)}
    for points in ends.values():
        drawing.arrow(points)
    _labels(drawing, [(ends[pair][-2:], words) for pair, words in sorted(named.items())])
    for node in nodes:
        _box(drawing, node, plan, node.name in lit)
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
    raise TooWide(f"{title}: {-spare:.0f} pixels too wide, even with the smallest boxes")


def _box(drawing: Drawing, node: Node, plan: Plan, lit: bool) -> None:
    left, top = plan.x[node.name] - plan.width / 2, plan.y[node.name]
    drawing.box(left, top, plan.width, BOX_HEIGHT, lit=lit)
    size = 13 if len(short(node.name)) <= LONG else 12
    drawing.text(left + 8, top + 19, short(node.name), size=size, bold=True, at="start")
    drawing.text(left + 8, top + 37, kind(node), size=12, at="start")
    if not lit:
        drawing.text(left + plan.width - 7, top + 37, f"{node.chapter:02d}", size=12, at="end")


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


def _description(nodes: Sequence[Node], edges: Sequence[Edge], lit: set[str]) -> str:
    boxes = ", ".join(f"{node.name} ({kind(node)}, chapter {node.chapter:02d})" for node in nodes)
    arrows = "; ".join(
        f"{edge.source} refers to {edge.target}" + (f" as {edge.property}" if edge.property else "")
        for edge in edges
    )
    made = f" Made in this chapter: {', '.join(sorted(lit))}." if lit else ""
    return f"Boxes: {boxes}.{made} Arrows: {arrows or 'none'}."


def way(graph: Graph, chapter: Chapter) -> str:
    """The way of one request, with this chapter's part of it lit; chapter 00 sees all of it."""
    stops = [("you", 0, False)]
    last = MAPPED if chapter.number == 0 else max(chapter.number, MAPPED)
    for usual in WAY:
        words, names = CHAT_WAY.get(usual[0], usual) if chapter.number == 10 else usual
        numbers = {graph.node(name).chapter for name in names}
        if len(numbers) != 1:
            raise ValueError(f"{words}: {names} come from several chapters, {sorted(numbers)}")
        number = numbers.pop()
        if number <= last:
            stops.append((words, number, chapter.number in (0, number)))
    told = ", then ".join(f"{words} (chapter {number:02d})" for words, number, _ in stops[1:])
    lit = [words for words, _, shown in stops if shown]
    here = f" Lit: {', '.join(lit)}." if lit else ""
    title = f"The way of a prompt, as chapter {chapter.number:02d} sees it"
    drawing = Drawing(title, f"Your request meets {told}.{here}", 84)
    gap = 14
    letters = sum(len(words) for words, _, _ in stops)
    spare = 640 - 2 * MARGIN - gap * (len(stops) - 1) - 8.4 * letters
    left = float(MARGIN)
    for at, (words, number, shown) in enumerate(stops):
        width = 8.4 * len(words) + spare / len(stops)
        drawing.box(left, 18, width, 48, lit=shown)
        drawing.text(left + width / 2, 39 if number else 46, words, bold=True)
        if number:
            drawing.text(left + width / 2, 57, f"{number:02d}", size=12)
        if at:
            drawing.across(left - gap, left - 1, 42)
        left += width + gap
    return drawing.svg()


def build_all(root: Path = ROOT) -> dict[Path, str]:
    """What each picture file should hold."""
    graph = program_graph()
    folder = root / "images"
    built = {folder / "map.svg": overview(graph)}
    for chapter in CHAPTERS:
        built[folder / f"way_{chapter.number:02d}.svg"] = way(graph, chapter)
        if graph.of_chapter(chapter.number):
            built[folder / f"{chapter.name}.svg"] = neighbourhood(grouped(graph), chapter)
    return built


def main(arguments: list[str] | None = None) -> int:
    """Draw or check; what the command line calls."""
    parser = argparse.ArgumentParser(prog="python -m tools.pictures", description="Draw images.")
    parser.add_argument("--check", action="store_true", help="compare only, exit 1 on a difference")
    check = parser.parse_args(arguments).check
    built = build_all()
    folder = ROOT / "images"
    if check:
        wrong = stale(built, folder, "make images")
        print("\n".join(wrong) or f"{len(built)} pictures are what the program draws")
        return 1 if wrong else 0
    folder.mkdir(exist_ok=True)
    for path, text in built.items():
        path.write_text(text, encoding="utf-8", newline="\n")
    print(f"{len(built)} pictures written to {folder.name}/")
    return 0


if __name__ == "__main__":
    sys.exit(main())
