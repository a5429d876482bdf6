"""Pictures of resources: the map, and what a chapter's resources refer to."""

from __future__ import annotations

from lab.course import Chapter
from tools.graph import Edge, Graph
from tools.pictures.boxes import LEGEND, TooWide, boxes
from tools.pictures.layout import reduce

MAPPED = 6  # the last chapter on the map: with more, nobody could read it


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
    made = [node.name for node in graph.nodes if node.chapter <= chapter.number]
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
