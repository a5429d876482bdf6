"""Where boxes go: rows along the way of a request, and columns as near as can be to what they touch.

All rows have the same columns, so that the gaps between columns are straight ways for the arrows
that pass a row.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from lab.graph.state import Graph

COLUMNS = 4
SWEEPS = 6


@dataclass(frozen=True)
class Places:
    """The row and the column of each box; the layer of each row, said where it begins."""

    rows: tuple[int, ...]
    columns: tuple[int, ...]
    layers: tuple[int, ...]


def places(graph: Graph) -> Places:
    """A place for each box. Same graph, same places."""
    rows, layers = _rows(graph)
    inside = [[box for box, at in enumerate(rows) if at == row] for row in range(len(layers))]
    columns = {box: place for row in inside for place, box in enumerate(row)}
    near: dict[int, set[int]] = {}
    for arrow in graph.drawn:
        near.setdefault(arrow.source, set()).add(arrow.target)
        near.setdefault(arrow.target, set()).add(arrow.source)
    for sweep in range(SWEEPS):
        for row in inside if sweep % 2 == 0 else inside[::-1]:
            wish = {
                box: sum(columns[other] for other in found) / len(found)
                if (found := near.get(box, set()) - set(row))
                else float(columns[box])
                for box in row
            }
            columns |= _seated(sorted(row, key=lambda box: (wish[box], box)), wish)
    return Places(tuple(rows), tuple(columns[box] for box in range(len(rows))), tuple(layers))


def _rows(graph: Graph) -> tuple[list[int], list[int]]:
    """The row of each box, and the layer of each row: a layer that is full goes on in a new one."""
    rows: list[int] = []
    layers: list[int] = []
    used = 0
    for box in graph.boxes:
        if not layers or layers[-1] != box.layer or used == COLUMNS:
            layers.append(box.layer)
            used = 0
        rows.append(len(layers) - 1)
        used += 1
    return rows, layers


def _seated(row: list[int], wish: dict[int, float]) -> dict[int, int]:
    """The columns, in this order, that are nearest to what is wished."""
    ways = itertools.combinations(range(COLUMNS), len(row))
    best = min(ways, key=lambda way: sum(abs(wish[b] - at) for b, at in zip(row, way, strict=True)))
    return dict(zip(row, best, strict=True))
