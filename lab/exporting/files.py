"""The files of a cut program: what is needed of each, and its text without the rest."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from lab.exporting.blocks import names_in
from lab.exporting.chapter import Name
from lab.exporting.source import Source

Texts = Mapping[Name, str]  # what is left of a definition; "" is nothing


def definitions(source: Source) -> dict[str, ast.stmt]:
    """What a file defines, by name."""
    found: dict[str, ast.stmt] = {}
    for node in source.tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found[node.name] = node
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                for each in ast.walk(target):
                    if isinstance(each, ast.Name):
                        found[each.id] = node
    return found


def imported(file: str, source: Source) -> dict[str, Name]:
    """The names that a file has of the program's other files."""
    return {
        each.asname or each.name: (target(file, node), each.name)
        for node in source.tree.body
        if isinstance(node, ast.ImportFrom) and node.level
        for each in node.names
    }


def target(file: str, node: ast.ImportFrom) -> str:
    """The file that `from .x import ...` names, seen from a file."""
    folder = PurePosixPath(file)
    for _ in range(node.level):
        folder = folder.parent
    return (folder / (node.module or "").replace(".", "/")).as_posix()


class Needs:
    """Which definitions need which.

    Attributes:
        sources: the files, by name without their ending.
        texts: what is left of definitions that are not what they were.
    """

    def __init__(self, sources: Mapping[str, Source], texts: Texts) -> None:
        self.sources, self.texts = sources, texts
        self._defined = {file: definitions(source) for file, source in sources.items()}
        self._imported = {file: imported(file, source) for file, source in sources.items()}

    def text(self, name: Name) -> str:
        """What is left of a definition."""
        file, own = name
        whole = self.sources[file].of(self._defined[file][own])
        return self.texts.get(name, whole)

    def all(self) -> Iterator[Name]:
        """Every definition."""
        return ((file, name) for file, names in self._defined.items() for name in names)

    def of(self, name: Name) -> set[Name]:
        """What a definition reads, directly."""
        file = name[0]
        return {
            (file, read) if read in self._defined[file] else self._imported[file][read]
            for read in names_in(ast.parse(self.text(name)))
            if read in self._defined[file] or read in self._imported[file]
        }

    def reach(self, *roots: Name) -> set[Name]:
        """These, and all that they need."""
        found: set[Name] = set()
        todo = list(roots)
        while todo:
            name = todo.pop()
            if name not in found and name[1] in self._defined.get(name[0], ()):
                found.add(name)
                todo += self.of(name)
        return found


def cut_file(source: Source, kept: set[str], texts: Mapping[str, str]) -> str:
    """A file with some of its definitions alone, and the imports that these need.

    Args:
        kept: the definitions that stay.
        texts: what is left of those that are not what they were.
    """
    names = {node: name for name, node in definitions(source).items()}
    bodies: list[tuple[ast.stmt, str]] = []
    for node in source.tree.body:
        name = names.get(node)
        if name is None:
            text = source.of(node)
        else:
            text = texts.get(name, source.of(node)) if name in kept else ""
        bodies.append((node, text))
    whole = [text for node, text in bodies if not isinstance(node, (ast.ImportFrom, ast.Import))]
    read = names_in(ast.parse("\n".join(whole)))
    told, end, heading = "", 0, ""
    for node, text in bodies:
        start, stop = source.span(node)
        gap, end = source.text[end:start], stop
        if isinstance(node, (ast.ImportFrom, ast.Import)):
            text = _cut_import(source, node, read)
        told, heading = _add(told, heading, gap, text)
    if told.endswith(text):
        told += source.text[end:]
    return re.sub(r"\n{4,}", "\n\n\n", told.rstrip() + "\n")


def _add(told: str, heading: str, gap: str, text: str) -> tuple[str, str]:
    """The text so far and one statement more; or, where that is gone, the heading that waits."""
    trailing, newline, rest = gap.partition("\n")
    found = re.findall(r"(?:^#.*\n)+(?=\n)", rest, flags=re.MULTILINE)
    if found:
        heading = "".join(found)
    if not text:
        if told and not told.endswith("\n"):
            told += trailing + "\n"
        return told + ("\n" if told and rest.startswith("\n") else ""), heading
    if heading and heading not in rest:
        rest = f"\n\n{heading}\n\n{_beside(rest)}"
    if told.endswith("\n") and told:  # what stood before is gone, and its comment with it
        return told + rest + text, ""
    return told + trailing + newline + rest + text, ""


def _beside(gap: str) -> str:
    """The comment that stands right above a statement."""
    found = re.search(r"(?:^#.*\n)+\Z", gap, flags=re.MULTILINE)
    return found[0] if found else ""


def _cut_import(source: Source, node: ast.Import | ast.ImportFrom, read: set[str]) -> str:
    """An import of what is read; "" when that is nothing."""
    if isinstance(node, ast.ImportFrom) and node.module == "__future__":
        return source.of(node)
    items = [
        (
            source.span(each),
            source.of(each) if (each.asname or each.name).split(".")[0] in read else None,
        )
        for each in node.names
    ]
    if all(text is None for _, text in items):
        return ""
    return source.listed(source.span(node), items)
