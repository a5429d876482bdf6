"""The map: every resource of the first chapters, and what it refers to."""

from __future__ import annotations

from tools.graph import Graph
from tools.pictures.boxes import boxes
from tools.pictures.layout import reduce

MAPPED = 6  # the last chapter on the map: with more, nobody could read it


def overview(graph: Graph) -> str:
    """Every resource of the first chapters; arrows that a longer way implies are left out."""
    nodes = [node for node in graph.nodes if node.chapter <= MAPPED]
    names = {node.name for node in nodes}
    pairs = [(e.source, e.target) for e in graph.edges if {e.source, e.target} <= names]
    title = f"The gateway of chapters 01 to {MAPPED:02d}, and what each resource refers to"
    legend = "Number: the chapter that makes it. Arrow: refers to."
    return boxes(title, nodes, reduce(pairs), 50, legend)
