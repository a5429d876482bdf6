"""The rows of the table: what was provoked, what was seen, whether that was to be seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Row:
    """A condition that was provoked.

    Attributes:
        name: what happened.
        saw: what the last caller saw.
        asked: questions that each of the two backends had.
        right: whether that is what the table says.
    """

    name: str
    saw: str
    asked: tuple[int, int]
    right: bool

    @property
    def outcome(self) -> str:
        """What it came to: the status and who answered, or who refused."""
        return self.saw.partition(",")[0]


@dataclass
class Failures:
    """All rows so far."""

    state: str = "idle"
    problem: str = ""
    when: str = ""
    rows: list[Row] = field(default_factory=list)

    def add(self, told: Mapping[str, Any]) -> None:
        """A row, as the program prints it."""
        first, second = told["asked"]
        row = Row(str(told["name"]), str(told["saw"]), (first, second), bool(told["right"]))
        self.rows.append(row)

    @property
    def wrong(self) -> list[Row]:
        """Rows that came out otherwise than the table says."""
        return [row for row in self.rows if not row.right]

    def outcomes(self) -> list[tuple[str, int]]:
        """How often each outcome was seen."""
        return Counter(row.outcome for row in self.rows).most_common()

    def facts(self) -> dict[str, Any]:
        """All of it as plain data."""
        return {
            "state": self.state,
            "problem": self.problem,
            "when": self.when,
            "rows": [{**asdict(row), "asked": list(row.asked)} for row in self.rows],
        }
