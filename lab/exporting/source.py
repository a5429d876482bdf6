"""A Python file as its own text: what a node of its tree covers, and the text with some of it gone."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

Span = tuple[int, int]


@dataclass(frozen=True)
class Known:
    """What an expression comes to when a chapter is not there: `[]`, `{}`, a falsy setting."""

    value: object


ABSENT = Known(None)  # a resource that is not made; so is all that is read of it

Cut = str | Known  # an expression's text, with less in it; or that nothing is left of it


def literal(cut: Cut) -> str:
    """The text of what is left, where a value has to stand."""
    return cut if isinstance(cut, str) else repr(cut.value)


class Source:
    """The text of a file, and where each node of its tree stands in it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tree = ast.parse(text)
        self._lines = text.splitlines(keepends=True)
        self._starts = [0, *accumulate(map(len, self._lines))]

    def at(self, line: int, column: int) -> int:
        """A place of the tree (lines from 1, columns in bytes) as an index into the text."""
        before = self._lines[line - 1].encode()[:column].decode() if column else ""
        return self._starts[line - 1] + len(before)

    def span(self, node: Any) -> Span:
        """From where to where a node stands; of a function, with its decorators."""
        decorators = getattr(node, "decorator_list", [])
        first = decorators[0] if decorators else node
        start = self.at(first.lineno, first.col_offset) - (1 if decorators else 0)
        end = self.at(node.end_lineno, node.end_col_offset)
        return start, end

    def of(self, node: ast.AST) -> str:
        """What a node says."""
        start, end = self.span(node)
        return self.text[start:end]

    def spliced(self, span: Span, parts: Iterable[tuple[Span, str]]) -> str:
        """The text of a span with other texts in some places."""
        told, place = "", span[0]
        for (start, end), text in sorted(parts):
            told += self.text[place:start] + text
            place = end
        return told + self.text[place : span[1]]

    def listed(self, span: Span, items: Sequence[tuple[Span, str | None]]) -> str:
        """The text of a span in which some items of a list are other, or gone: None.

        Each that stays keeps what stood before it, so that a comment goes with its line.
        """
        if all(text is not None for _, text in items):
            return self.spliced(span, [(place, text or "") for place, text in items])
        head, told = self.text[span[0] : items[0][0][0]], ""
        end = items[0][0][0]
        for (start, stop), text in items:
            if text is not None:
                gap = self.text[end:start]
                told += (gap if told else self._first_gap(gap)) + text
            end = stop
        return head + told + self._tail(self.text[end : span[1]], head)

    @staticmethod
    def _first_gap(gap: str) -> str:
        return gap.lstrip(", \n")

    @staticmethod
    def _tail(tail: str, head: str) -> str:
        """No comma stays before a bracket on the same line."""
        return tail if "\n" in head else tail.lstrip(",")
