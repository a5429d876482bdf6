"""What a lesson promises of a cell's output: written beside the code, hidden from learners, compared.

Below the code of a cell, in lessons/NN_name.py:

    # expect: 5 will be created          this text is there, after what the line before expects
    # expect: 200 | 429                  one of these
    # expect: latency … ms               anything between, on one line
    # expect 3 times: 403                exactly so often, in the whole output
    # expect no: Traceback               nowhere
    # expect first: 5 will be created    anywhere, where the course runs in order for the first time;
                                         `first no` and `first 3 times` likewise

The build takes these lines out of the code, into the cell's metadata, which no page shows. The
headless runner compares them with the plain-text form of what the cell printed and displayed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

KEY = "expects"  # in a cell's metadata
COMMENT = re.compile(r"# expect\b")
LINE = re.compile(
    r"# expect(?P<first> first)?(?: (?:(?P<no>no)|(?P<times>\d+) times))?: (?P<text>\S.*)"
)
SHOWN = 1500  # characters of an output that a failure repeats


@dataclass(frozen=True)
class Expectation:
    """One line: what is expected, and when."""

    line: str

    def __post_init__(self) -> None:
        if not LINE.fullmatch(self.line):
            raise ValueError(
                f"{self.line!r} is no expectation: see the head of tools/pages/expects.py"
            )

    @property
    def first(self) -> bool:
        """Whether it holds only where the course runs in order for the first time."""
        return self._match["first"] is not None

    @property
    def nowhere(self) -> bool:
        """Whether the text must not be there."""
        return self._match["no"] is not None

    @property
    def times(self) -> int | None:
        """How often the text has to be there; None when once is enough."""
        return int(self._match["times"]) if self._match["times"] else None

    @property
    def pattern(self) -> re.Pattern[str]:
        """What is looked for: any of the alternatives."""
        ways = self._match["text"].rstrip().split(" | ")
        return re.compile("|".join(r"[^\n]*?".join(map(re.escape, way.split("…"))) for way in ways))

    @property
    def _match(self) -> re.Match[str]:
        match = LINE.fullmatch(self.line)
        assert match is not None
        return match


def split(source: str) -> tuple[str, list[str]]:
    """The code of a cell without its expectations, and these.

    Raises:
        ValueError: a line begins like an expectation and is none.
    """
    lines = source.splitlines()
    found = [line.rstrip() for line in lines if COMMENT.match(line)]
    for line in found:
        Expectation(line)
    code = [line for line in lines if not COMMENT.match(line)]
    return "\n".join(code).rstrip("\n"), found


def said(cell: Any) -> str:
    """All that a cell printed and displayed, in its plain-text form."""
    parts = []
    for output in cell.get("outputs", ()):
        if output.output_type == "stream":
            parts.append(output.text)
        elif output.output_type == "error":
            parts.append(f"{output.ename}: {output.evalue}")
        else:
            parts.append(output.data.get("text/plain", ""))
    return "\n".join(parts)


def missed(lines: list[str], output: str, *, first: bool) -> list[str]:
    """The expectations that an output does not meet.

    Args:
        first: whether the course runs for the first time, page after page.
    """
    at, wrong = 0, []
    for line in lines:
        expected = Expectation(line)
        if expected.first and not first:
            continue
        if expected.times is not None:
            fine = len(expected.pattern.findall(output)) == expected.times
        elif expected.nowhere:
            fine = not expected.pattern.search(output)
        elif expected.first:
            fine = expected.pattern.search(output) is not None
        else:
            found = expected.pattern.search(output, at)
            fine = found is not None
            at = found.end() if found else at
        if not fine:
            wrong.append(line.removeprefix("# "))
    return wrong


def unmet(notebook: Any, *, first: bool = False) -> str | None:
    """What the first cell whose output is not as its lesson says was expected to say, and said.

    Cells count from 1, as in the findings of tools.lint; None when all is as the lesson says.
    """
    for number, cell in enumerate(notebook.cells, start=1):
        lines = cell.metadata.get(KEY, [])
        output = said(cell)
        if wrong := missed(lines, output, first=first):
            told = "\n".join(f"  {line}" for line in wrong)
            shown = output if len(output) <= SHOWN else f"{output[:SHOWN]}…"
            return f"cell {number} does not show what its lesson says:\n{told}\nIt shows:\n{shown}"
    return None
