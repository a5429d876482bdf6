"""Pictures of resources: the map, and what a chapter's resources refer to."""

from __future__ import annotations

from lab.course import Chapter
from tools.graph import Edge, Graph, Node
from tools.pictures.boxes import LEGEND, TooWide, boxes
from tools.pictures.layout import reduce

MAPPED = 6  # the last chapter on the map: with more, nobody could read it

# Own resources of a chapter that its picture leaves out: more boxes explain less.
LEFT_OUT = {
    11: {"apiLogsPolicy"},
    12: {"throttledCalls"},
}
# The neighbours that a picture shows, where it cannot show all.
NEIGHBOURS = {
    8: {"languageModelApi", "modelMethod"},
    11: {"languageModelStage", "languageModelApi"},
    12: {"languageModelStage", "languageModelApi", "accessLogs"},
}


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
    edges = [edge for edge in edges if edge.source != edge.target]  # within a family
    return Graph(tuple(nodes.values()), tuple(dict.fromkeys(edges)))


def overview(graph: Graph) -> str:
    """Every resource of the first chapters; arrows that a longer way implies are left out."""
    nodes = [node for node in graph.nodes if node.chapter <= MAPPED]
    names = {node.name for node in nodes}
    pairs = [(e.source, e.target) for e in graph.edges if {e.source, e.target} <= names]
    drawn = reduce(pairs)
    title = f"The gateway of chapters 01 to {MAPPED:02d}, and what each resource refers to"
    legend = "Number: the chapter that makes it. Arrow: refers to."
    return boxes(title, nodes, [Edge(a, "", b) for a, b in drawn], set(), 50, legend)


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
            return boxes(title, nodes, edges, own, 92, LEGEND)
        except TooWide:
            if not leave_out:
                raise
            gone = leave_out.pop(0)
            edges = [edge for edge in edges if edge.target != gone]
