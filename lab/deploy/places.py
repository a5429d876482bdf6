"""Where each resource comes from: read from the text of gateway's files, which are not run."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from lab import course

GATEWAY = Path(__file__).resolve().parents[2] / "gateway"
HEADER = re.compile(r"^# Chapter (\d+)\b", re.MULTILINE)


@dataclass(frozen=True)
class Place:
    """The file, the chapter, the function and the lines (first and last) that make a resource."""

    chapter: int
    function: str
    first: int
    last: int
    file: str = ""

    def __str__(self) -> str:
        where = f"lines {self.first}-{self.last}"
        file = f" of {self.file}" if self.file else ""
        return f"chapter {self.chapter:02d}, {self.function}, {where}{file}"

    @property
    def short(self) -> str:
        """The chapter, the file and its line: `05 · api.py:82`; its folder is told by `str`."""
        file = self.file.rpartition("/")[2] or self.function
        return f"{self.chapter:02d} · {file}:{self.first}"


class Places(Mapping[str, Place]):
    """The place of each resource by its Pulumi name.

    A name that is put together, f"teamKey-{team}", stands here as `teamKey-*` and is found by
    every name that it fits.
    """

    def __init__(self, known: Mapping[str, Place]) -> None:
        self._known = dict(known)
        self._patterns = [name for name in known if "*" in name]

    def __getitem__(self, name: str) -> Place:
        if name in self._known:
            return self._known[name]
        for pattern in self._patterns:
            if fnmatchcase(name, pattern):
                return self._known[pattern]
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


def places(files: Mapping[str, str]) -> Places:
    """Each resource that a program makes.

    A resource is a call such as `aws.iam.Role("name", …)`: a dotted name whose last part begins
    with a capital, and a name in quotes. So is a call of one of the program's own functions whose
    first parameter is `name`.

    Args:
        files: the text of each file by its name.

    Raises:
        SyntaxError: a text is no Python.
    """
    trees = {file: ast.parse(text) for file, text in files.items()}
    helpers = {each.name for tree in trees.values() for each in _functions(tree) if _named(each)}
    found: dict[str, Place] = {}
    for file, tree in trees.items():
        text = files[file]
        headers = [(text.count("\n", 0, m.start()) + 1, int(m[1])) for m in HEADER.finditer(text)]
        for function in _functions(tree):
            chapter = _chapter_at(headers, function.lineno)
            last = function.end_lineno or function.lineno
            for name in _made(function, helpers):
                place = Place(chapter, function.name, function.lineno, last, file)
                found.setdefault(name, place)  # a later one stands in for the first
    return Places(found)


@cache
def of_gateway() -> Places:
    """Which chapter, file and lines of gateway/ make each resource."""
    files = [GATEWAY / f"{name}.py" for name in course.FILES]
    told = {file.relative_to(GATEWAY).as_posix(): file.read_text("utf-8") for file in files}
    return places(told)


def chapters_of(names: Iterable[str], known: Mapping[str, Place]) -> set[int]:
    """The chapters that these resources belong to; names that no chapter makes do not count."""
    return {known[name].chapter for name in names if name in known}


def reached(names: Iterable[str], known: Mapping[str, Place]) -> int:
    """The chapter that a stack with these resources is at: the last one it holds, or 0."""
    return max(chapters_of(names, known), default=0)


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    return (node for node in tree.body if isinstance(node, ast.FunctionDef))


def _named(function: ast.FunctionDef) -> bool:
    """Whether it is told the name of what it makes."""
    return bool(function.args.args) and function.args.args[0].arg == "name"


def _chapter_at(headers: list[tuple[int, int]], line: int) -> int:
    above = [number for start, number in headers if start <= line]
    return above[-1] if above else 0


def _made(function: ast.FunctionDef, helpers: set[str]) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and node.args and _makes(node.func, helpers):
            name = _name(node.args[0])
            if name is not None:
                yield name


def _makes(called: ast.expr, helpers: set[str]) -> bool:
    if isinstance(called, ast.Name):
        return called.id in helpers
    # pulumi.FileArchive and its like are capitalised and dotted too: two dots tell them apart.
    return (
        isinstance(called, ast.Attribute)
        and called.attr[:1].isupper()
        and not called.attr.endswith("Args")
        and isinstance(called.value, ast.Attribute)
    )


def _name(argument: ast.expr) -> str | None:
    """A name in quotes; of one that is put together, what is fixed of it."""
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        return argument.value
    if isinstance(argument, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else "*" for part in argument.values
        )
    return None
