"""What was measured, as lines; a target that was missed is said, not hidden."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field


def late(values: Sequence[float]) -> float:
    """The 95th percentile: at most one in twenty is larger."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]


def _digits(milliseconds: float) -> str:
    """With two places where one would hide most of it."""
    return f"{milliseconds:.2f}" if abs(milliseconds) < 9.995 else f"{milliseconds:.1f}"


@dataclass
class Report:
    """Lines of a table: name, median, spread, target, reached or missed."""

    missed: list[str] = field(default_factory=list)

    def heading(self, text: str) -> None:
        """Start a part of the table."""
        print(f"\n{text}", flush=True)

    def seconds(self, name: str, values: Sequence[float], at_most: float | None = None) -> None:
        """A duration: median, minimum and maximum of several runs."""
        middle = statistics.median(values)
        spread = f"({min(values):.2f} to {max(values):.2f}, {len(values)} runs)"
        self._line(name, f"{middle:8.2f} s  {spread}", middle, at_most=at_most, unit=" s")

    def milliseconds(
        self,
        name: str,
        values: Sequence[float],
        at_most: float | None = None,
        late_at_most: float | None = None,
    ) -> None:
        """Many short durations given in seconds: median and 95th percentile in milliseconds.

        `late_at_most` is the target of the second; it gets a line of its own.
        """
        middle, end = statistics.median(values) * 1000, late(values) * 1000
        text = f"{_digits(middle):>8} ms  (p95 {_digits(end)} ms, {len(values)} calls)"
        self._line(name, text, middle, at_most=at_most, unit=" ms")
        if late_at_most is not None:
            p95 = f"{_digits(end):>8} ms"
            self._line("  p95", p95, end, at_most=late_at_most, unit=" ms", whole=f"{name}, p95")

    def traffic(self, name: str, values: Sequence[float], rate: float) -> None:
        """Requests of many callers, given in seconds, and how many were answered a second."""
        middle = statistics.median(values) * 1000
        more = f"(p95 {late(values) * 1000:.1f} ms, {len(values)} calls)"
        self._line(name, f"{middle:8.1f} ms  {rate:6.0f} requests/s  {more}", middle)

    def ratio(
        self,
        name: str,
        values: Sequence[float],
        base: Sequence[float],
        at_most: float | None = None,
    ) -> None:
        """The median of one set over the median of another of the same run."""
        value = statistics.median(values) / statistics.median(base)
        self._line(name, f"{value:8.2f} times", value, at_most=at_most)

    def added(self, name: str, milliseconds: float, at_most: float | None = None) -> None:
        """The difference of two medians."""
        text = f"{_digits(milliseconds):>8} ms"
        self._line(name, text, milliseconds, at_most=at_most, unit=" ms")

    def number(
        self,
        name: str,
        value: float,
        unit: str,
        at_least: float | None = None,
        at_most: float | None = None,
    ) -> None:
        """A plain figure."""
        shown = f"{value:8d}" if isinstance(value, int) else f"{value:8.2f}"
        self._line(name, f"{shown} {unit}", value, at_least=at_least, at_most=at_most)

    def _line(
        self,
        name: str,
        text: str,
        value: float,
        *,
        at_most: float | None = None,
        at_least: float | None = None,
        unit: str = "",
        whole: str = "",
    ) -> None:
        """Print a line. `whole` is the name by which a miss is remembered, if not its own."""
        verdict = ""
        if at_most is not None:
            fine = value <= at_most
            verdict = f"  target: at most {at_most:g}{unit}, {'reached' if fine else 'MISSED'}"
        elif at_least is not None:
            fine = value >= at_least
            verdict = f"  target: at least {at_least:g}{unit}, {'reached' if fine else 'MISSED'}"
        else:
            fine = True
        if not fine:
            self.missed.append(whole or name)
        print(f"  {name:44}{text}{verdict}", flush=True)
