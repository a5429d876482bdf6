"""What gateway/ has at a chapter: its files as text, which steps come later, and what needs what."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from lab import course
from lab.exporting.source import Source

GATEWAY = Path(__file__).resolve().parents[2] / "gateway"
# Beside the chapters: the bounds of settings, and how zips are made.
MORE = (
    *("refusals", "__main__", "__init__", "managed/__init__", "managed/backend"),
    *(
        "layer/__init__",
        "layer/__main__",
        "layer/adapter",
        "layer/build",
        "layer/code",
        "layer/zips",
    ),
    *("instances/__init__", "routing/__init__"),
)

Name = tuple[str, str]  # of a file, without its ending; in it


@dataclass(frozen=True)
class Chapter:
    """gateway/ at the end of a chapter.

    Attributes:
        number: of the last chapter whose steps it has.
        folder: where gateway/ is.
    """

    number: int
    folder: Path = GATEWAY

    @cached_property
    def sources(self) -> dict[str, Source]:
        """Each Python file of the program, without its ending."""
        files = dict.fromkeys((*course.FILES, *MORE))
        return {file: Source((self.folder / f"{file}.py").read_text("utf-8")) for file in files}

    @cached_property
    def later(self) -> dict[str, str]:
        """Functions that are not there yet, and what their annotations say that they give."""
        steps = set(course.steps(course.LAST, after=self.number))
        return {
            name: self.gives[name]
            for file, source in self.sources.items()
            for name in functions(source)
            if name in steps or self.begins(file) > self.number
        }

    @cached_property
    def gives(self) -> dict[str, str]:
        """What each function gives, by its annotation."""
        return {
            name: ast.unparse(node.returns) if node.returns else "None"
            for source in self.sources.values()
            for name, node in functions(source).items()
        }

    @staticmethod
    def begins(file: str) -> int:
        """The chapter with which a file begins; what puts steps together begins with the first."""
        if file in TOGETHER:
            return course.that_makes(TOGETHER[file]).number
        chapters = [each.number for each in course.CHAPTERS if file in each.files]
        return min(chapters, default=0)

    def functions(self, file: str) -> dict[str, ast.FunctionDef]:
        """The functions of a file, by name."""
        return functions(self.sources[file])

    @property
    def together(self) -> list[Source]:
        """The files that put steps together, as far as they are there."""
        there = [file for file in TOGETHER if self.begins(file) <= self.number]
        return [self.sources[file] for file in ("program", *there)]


# Files without a step of their own, and the first that they call.
TOGETHER = {"routing/homes": "vpc_link", "instances/hosts": "network"}


def functions(source: Source) -> dict[str, ast.FunctionDef]:
    """The functions of a file, by name."""
    return {node.name: node for node in source.tree.body if isinstance(node, ast.FunctionDef)}
