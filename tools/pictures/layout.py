"""Where the boxes of a graph go: in layers, what is referred to below what refers to it.

A small form of the usual layered drawing: layers by the longest way down, a placeholder in each
layer that a long arrow crosses, order by the mean of the neighbours, then places as near to the
neighbours as the neighbours in the row allow. Same graph, same places.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

Arrow = tuple[str, str]  # from, to

SWEEPS = 12


@dataclass(frozen=True)
class Layered:
    """A graph cut into rows; row 0 is at the bottom. Names that begin with `~` are placeholders."""

    rows: tuple[tuple[str, ...], ...]
    ways: dict[Arrow, tuple[str, ...]]  # the names that each arrow passes, both ends included

    @cached_property
    def links(self) -> tuple[Arrow, ...]:
        """All steps of all ways, from a row to the one below."""
        steps = {pair for way in self.ways.values() for pair in itertools.pairwise(way)}
        return tuple(sorted(steps))

    def near(self, name: str) -> list[str]:
        """What a name is linked to in the rows above and below."""
        return [b if a == name else a for a, b in self.links if name in (a, b)]


def reduce(arrows: Iterable[Arrow]) -> list[Arrow]:
    """The arrows without those that a longer way implies."""
    arrows = sorted(set(arrows))
    return [
        (a, b)
        for a, b in arrows
        if not any(_reaches(arrows, mid, b) for start, mid in arrows if start == a and mid != b)
    ]


def _reaches(arrows: Sequence[Arrow], start: str, goal: str) -> bool:
    if start == goal:
        return True
    return any(_reaches(arrows, b, goal) for a, b in arrows if a == start)


def layered(names: Sequence[str], arrows: Sequence[Arrow]) -> Layered:
    """Cut into rows and put each row in an order with few crossings."""
    level = {name: _level(name, arrows) for name in names}
    rows: list[list[str]] = [[] for _ in range(max(level.values(), default=0) + 1)]
    for name in names:
        rows[level[name]].append(name)
    ways: dict[Arrow, tuple[str, ...]] = {}
    for a, b in arrows:
        between = [f"~{a}~{b}~{at}" for at in range(level[a] - 1, level[b], -1)]
        for at, name in zip(range(level[a] - 1, level[b], -1), between, strict=True):
            rows[at].append(name)
        ways[(a, b)] = (a, *between, b)
    return _ordered(Layered(tuple(map(tuple, rows)), ways))


def _level(name: str, arrows: Sequence[Arrow]) -> int:
    return max((_level(b, arrows) + 1 for a, b in arrows if a == name), default=0)


def _ordered(graph: Layered) -> Layered:
    """Move each name towards the mean place of its neighbours, row by row, there and back."""
    rows = [list(row) for row in graph.rows]
    for sweep in range(SWEEPS):
        up = sweep % 2 == 0
        for at in range(1, len(rows)) if up else range(len(rows) - 2, -1, -1):
            other = rows[at - 1] if up else rows[at + 1]
            place = {name: index / max(1, len(other) - 1) for index, name in enumerate(other)}
            now = {name: index / max(1, len(rows[at]) - 1) for index, name in enumerate(rows[at])}
            rows[at].sort(key=lambda name: _mean(graph, name, place, now[name]))
    return Layered(tuple(map(tuple, rows)), graph.ways)


def _mean(graph: Layered, name: str, place: dict[str, float], otherwise: float) -> float:
    known = [place[other] for other in graph.near(name) if other in place]
    return sum(known) / len(known) if known else otherwise


def centres(graph: Layered, width: dict[str, float], gap: float) -> dict[str, float]:
    """The x of each name's centre, the leftmost edge at 0."""
    x = {name: 0.0 for row in graph.rows for name in row}
    for row in graph.rows:
        x.update(_packed(row, {name: 0.0 for name in row}, width, gap))
    for sweep in range(SWEEPS):
        for row in graph.rows if sweep % 2 else graph.rows[::-1]:
            x.update(
                _packed(row, {name: _mean(graph, name, x, x[name]) for name in row}, width, gap)
            )
    left = min(x[name] - width[name] / 2 for name in x)
    return {name: round(value - left, 1) for name, value in x.items()}


def _packed(
    row: Sequence[str], wish: dict[str, float], width: dict[str, float], gap: float
) -> dict[str, float]:
    """The places nearest to the wishes that keep the order and the gaps (pooled neighbours)."""
    offset, total = {}, 0.0
    for before, name in zip((None, *row), row, strict=False):
        total += (width[before] / 2 + gap + width[name] / 2) if before else 0.0
        offset[name] = total
    pools: list[list[float]] = []  # each: the wishes, less the offsets, that end up as one
    for name in row:
        pools.append([wish[name] - offset[name]])
        while len(pools) > 1 and _average(pools[-2]) > _average(pools[-1]):
            pools[-2:] = [pools[-2] + pools[-1]]
    flat = [_average(pool) for pool in pools for _ in pool]
    return {name: flat[index] + offset[name] for index, name in enumerate(row)}


def _average(values: Sequence[float]) -> float:
    return sum(values) / len(values)
