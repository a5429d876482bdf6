"""Rows as a tree: each below what it belongs to, what went wrong before the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from lab.deploy.rows import Row

WRONG = ("failed", "stopped")


@dataclass
class Branch:
    """A row and what stands below it.

    Attributes:
        wrong: whether it, or something below it, went wrong.
    """

    row: Row
    below: list[Branch] = field(default_factory=list)
    wrong: bool = False


def grow(rows: Iterable[Row], owner: Callable[[str], str]) -> list[Branch]:
    """The rows as branches. A row that belongs to none of the others begins one.

    Args:
        owner: the URN of what another belongs to; "" where nobody knows.
    """
    branches = {row.urn: Branch(row) for row in rows}
    roots: list[Branch] = []
    for urn, branch in branches.items():
        above = branches.get(_above(urn, branches, owner))
        (above.below if above else roots).append(branch)
    for root in roots:
        _wrong_first(root)
    return _sorted(roots)


def flat(branches: Iterable[Branch], depth: int = 0) -> list[tuple[int, Row]]:
    """Every row in the order of the tree, and how deep it stands."""
    found: list[tuple[int, Row]] = []
    left = [(depth, branch) for branch in reversed(list(branches))]
    while left:
        level, branch = left.pop()
        found.append((level, branch.row))
        left += [(level + 1, each) for each in reversed(branch.below)]
    return found


def _above(urn: str, branches: dict[str, Branch], owner: Callable[[str], str]) -> str:
    """The closest of its owners that is a row; "" where there is none, or where they go round."""
    seen, at, found = {urn}, owner(urn), ""
    while at and at not in seen:
        seen.add(at)
        found = found or (at if at in branches else "")
        at = owner(at)
    return "" if at == urn else found


def _wrong_first(branch: Branch) -> None:
    for each in branch.below:
        _wrong_first(each)
    branch.wrong = branch.row.status in WRONG or any(each.wrong for each in branch.below)
    branch.below = _sorted(branch.below)


def _sorted(branches: list[Branch]) -> list[Branch]:
    return sorted(branches, key=lambda branch: not branch.wrong)
