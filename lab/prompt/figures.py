"""The numbers of an answer that are looked at first."""

from __future__ import annotations

from collections.abc import Sequence


def figures(rows: Sequence[tuple[str, str]]) -> str:
    """The numbers that are looked at first, on one line; how each was measured is left out."""
    known = {name: value.split(" (")[0].split(",")[0] for name, value in rows}
    said = (
        ("time to the first token", "{} to the first token"),
        ("tokens written", "{}"),
        ("tokens of the answer", "{} tokens"),
        ("ended because", "{}"),
    )
    parts = [shape.format(known[name]) for name, shape in said if known.get(name)]
    return " · ".join(parts).replace(" a second", " tokens a second")
