"""A notebook as the lint rules see it: its cells, its headings, and the words that are read."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

IMAGE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")
LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)\s]+)\)")
HEADING = re.compile(r"^(#{1,6}) +(.+?)\s*$", re.MULTILINE)

APART = "\n\n\n"  # between two functions of one cell
Finding = tuple[int, str]  # the cell's number, what is wrong


@dataclass(frozen=True)
class Page:
    """A notebook as the rules see it. `steps` are the cells that the build may have cut."""

    path: Path
    cells: list[nbformat.NotebookNode]
    metadata: dict[str, object]
    steps: frozenset[str] = field(default_factory=frozenset)

    @property
    def name(self) -> str:
        """The file name without its ending."""
        return self.path.stem

    def of(self, kind: str) -> Iterator[tuple[int, str]]:
        """Number and source of each cell of this kind, `markdown` or `code`."""
        for number, cell in enumerate(self.cells, start=1):
            if cell.cell_type == kind:
                yield number, cell.source

    def is_cut(self, source: str) -> bool:
        """Whether a cell is one or several steps, as they are in the program."""
        return all(piece in self.steps for piece in source.split(APART))

    def headings(self) -> Iterator[tuple[int, int, str]]:
        """Cell, level and words of each heading; `#` inside a fenced block is none."""
        for number, source in self.of("markdown"):
            for match in HEADING.finditer(without_fences(source)):
                yield number, len(match[1]), match[2]


def without_fences(text: str) -> str:
    """Prose without fenced code blocks and inline code."""
    return re.sub(
        r"`[^`\n]*`", "", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    )


def words(text: str) -> int:
    """How many words a learner reads: no code, no table, no folded part, no link's address."""
    text = re.sub(r"<details>.*?</details>", "", without_fences(text), flags=re.DOTALL)
    text = re.sub(r"^\|.*$", "", text, flags=re.MULTILINE)
    text = IMAGE.sub("", text)
    text = LINK.sub(r"\1", text)
    return len(re.findall(r"[A-Za-z0-9][\w'’-]*", text))


def defined_names(tree: ast.AST) -> Iterator[str]:
    """Every name that code binds, wherever it does."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from (alias.asname or alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.ExceptHandler) and node.name:
            yield node.name


def imported(tree: ast.AST, allowed: set[str]) -> Iterator[tuple[str, list[str]]]:
    """Each module that code imports, with the names taken from it.

    Args:
        allowed: modules; one that is taken from a package is told as itself.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, []
        elif isinstance(node, ast.ImportFrom):
            names = [alias.name for alias in node.names]
            joined = [f"{node.module}.{name}" for name in names]
            if all(name in allowed for name in joined):  # from pulumi import automation
                yield from ((name, []) for name in joined)
            else:
                yield node.module or ".", names
