"""Where each resource comes from: read from the text of gateway/program.py, which is not run."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

HEADER = re.compile(r"^# Chapter (\d+)\b", re.MULTILINE)


@dataclass(frozen=True)
class Place:
    """The chapter, the function and the lines (first and last) that make a resource."""

    chapter: int
    function: str
    first: int
    last: int

    def __str__(self) -> str:
        return f"chapter {self.chapter:02d}, {self.function}, lines {self.first}-{self.last}"


def places(text: str) -> dict[str, Place]:
    """Each resource that a program's text makes, by its Pulumi name.

    A resource is a call such as `aws.iam.Role("name", …)`: a dotted name whose last part begins
    with a capital, and a name in quotes.

    Raises:
        SyntaxError: the text is no Python.
    """
    headers = [(text.count("\n", 0, m.start()) + 1, int(m[1])) for m in HEADER.finditer(text)]
    found: dict[str, Place] = {}
    for function in ast.parse(text).body:
        if not isinstance(function, ast.FunctionDef):
            continue
        chapter = _chapter_at(headers, function.lineno)
        for name in _made(function):
            last = function.end_lineno or function.lineno
            found[name] = Place(chapter, function.name, function.lineno, last)
    return found


def chapters_of(names: Iterable[str], known: dict[str, Place]) -> set[int]:
    """The chapters that these resources belong to; names that no chapter makes do not count."""
    return {known[name].chapter for name in names if name in known}


def reached(names: Iterable[str], known: dict[str, Place]) -> int:
    """The chapter that a stack with these resources is at: the last one it holds, or 0."""
    return max(chapters_of(names, known), default=0)


def _chapter_at(headers: list[tuple[int, int]], line: int) -> int:
    above = [number for start, number in headers if start <= line]
    return above[-1] if above else 0


def _made(function: ast.FunctionDef) -> Iterator[str]:
    for node in ast.walk(function):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        # pulumi.FileArchive and its like are capitalised and dotted too: two dots tell them apart.
        if not (node.func.attr[:1].isupper() and isinstance(node.func.value, ast.Attribute)):
            continue
        if node.args and isinstance(node.args[0], ast.Constant):
            name = node.args[0].value
            if isinstance(name, str):
                yield name
