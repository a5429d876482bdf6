"""Build notebooks/NN_slug.ipynb from lessons/NN_slug.py.

    python -m tools.lessons           write all notebooks
    python -m tools.lessons --check   write nothing; exit 1 when a committed notebook differs

A lesson is a text file in jupytext's percent format. The build adds what has its home elsewhere:

    # %% step: api_role     becomes the function of this name, cut from the files of gateway/;
                            several small ones, with commas, share a cell
    # %% from: DEPLOYED     the same for a constant or a class, with the comment above it
    # %% until: EVERYONE    what the lab lets stand in for a step of a later chapter
    {{title}} {{minutes}} {{map}} {{next}}   in prose come from lab/course.py
    {{edges}}               becomes the table of what this chapter's resources refer to
    {{quirks}}              becomes the table of what differs on AWS, from sandbox/quirks.py
    before the first cell    comments for whoever edits it: where its facts are from
    # expect: 200           below a cell's code says what its output has to show (tools/pages/expects.py)

Exit codes: 0 fine, 1 a notebook differs or a lesson is wrong, 2 misused.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import jupytext  # type: ignore[import-untyped]
import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from lab.course import CHAPTERS, FILES, Chapter
from sandbox.quirks import Quirk, of_chapter
from tools.graph import Graph, program_graph
from tools.pages import expects
from tools.pages.page import APART
from tools.parts import PARTS

ROOT = Path(__file__).resolve().parent.parent
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
CELL = "# %%"  # how a cell begins
TOKEN = re.compile(r"\{\{(\w+)\}\}")


class LessonError(ValueError):
    """A lesson asks for something that does not exist."""


def program_text(root: Path = ROOT) -> str:
    """The files of gateway/ that make resources, in one text to cut from."""
    files = [root / "gateway" / f"{name}.py" for name in FILES]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def stand_in_text(root: Path = ROOT) -> str:
    """The file of the lab that has what stands in for later chapters."""
    return (root / "lab" / "session" / "standins.py").read_text(encoding="utf-8")


def cut(program: str, name: str) -> str:
    """The source of the function, class or constant called `name`, as the program has it.

    A comment right above it comes along; the `# Chapter` line does not.

    Raises:
        LessonError: the program has nothing of this name at its top level.
    """
    lines = program.splitlines()
    for node in parsed(program):
        if name not in _defines(node):
            continue
        decorators = getattr(node, "decorator_list", [])
        first = min([node.lineno, *(decorator.lineno for decorator in decorators)]) - 1
        while first and lines[first - 1].startswith("#") and "# Chapter" not in lines[first - 1]:
            first -= 1
        return "\n".join(lines[first : node.end_lineno])
    raise LessonError(f"no file of gateway/ defines {name!r} at its top level")


def defined(program: str) -> list[str]:
    """The names that the program defines at its top level: what a lesson can cut."""
    return [name for node in parsed(program) for name in sorted(_defines(node))]


@cache
def parsed(program: str) -> list[ast.stmt]:
    """The program's top level. A lesson cuts from the same text dozens of times."""
    return ast.parse(program).body


def _defines(node: ast.stmt) -> set[str]:
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return {node.name}
    if isinstance(node, ast.Assign):
        return {target.id for target in node.targets if isinstance(target, ast.Name)}
    return set()


def chapter_map(here: Chapter) -> str:
    """The parts of the course in a line, the chapters of this one below; where you are is bold."""
    within = next(part for part in PARTS if here in part.chapters)
    parts = " · ".join(
        f"**{part.title}**" if part is within else _link(part.chapters[0], part.title)
        for part in PARTS
    )
    chapters = " · ".join(
        f"**{_label(chapter)}**" if chapter == here else _link(chapter)
        for chapter in within.chapters
    )
    return f"{parts}\n\n{chapters}"


def next_links(here: Chapter) -> str:
    """Where to go from here: the next chapter, and the one before."""
    at = CHAPTERS.index(here)
    parts = []
    if at + 1 < len(CHAPTERS):
        parts.append(f"Next: {_link(CHAPTERS[at + 1])}.")
    if at:
        parts.append(f"Before: {_link(CHAPTERS[at - 1])}.")
    return " ".join(parts)


def _label(chapter: Chapter) -> str:
    return f"{chapter.number:02d} {chapter.title}"


def _link(chapter: Chapter, words: str = "") -> str:
    return f"[{words or _label(chapter)}]({chapter.name}.ipynb)"


def edge_table(graph: Graph, chapter: Chapter) -> str:
    """What this chapter's resources refer to and who refers to them, as a folded table.

    In HTML and without an empty line: nbconvert ends a fold at the first one, and leaves the table open below it.
    """
    own = {node.name for node in graph.of_chapter(chapter.number)}
    known = {node.name for node in graph.nodes if node.chapter <= chapter.number}
    rows = [
        _row("td", *(f"<code>{each}</code>" for each in (edge.source, edge.property, edge.target)))
        for edge in graph.edges
        if own & {edge.source, edge.target} and {edge.source, edge.target} <= known
    ]
    if not rows:
        return "(So far nothing refers to it.)"
    opening = "<details><summary>All references as a table</summary><table>"
    head = _row("th", "resource", "its argument", "refers to")
    return "\n".join([opening, head, *rows, "</table></details>"])


def _row(tag: str, *cells: str) -> str:
    return "<tr>" + "".join(f"<{tag}>{cell}</{tag}>" for cell in cells) + "</tr>"


def quirk_table(quirks: Iterable[Quirk]) -> str:
    """What differs between AWS and the sandbox as a table, or that nothing does."""
    sides = ([side.replace("|", r"\|") for side in (each.aws, each.sandbox)] for each in quirks)
    rows = [f"| {aws} | {sandbox} |" for aws, sandbox in sides]
    if not rows:
        return "Nothing in this chapter differs on AWS."
    return "\n".join(["| on AWS | in the sandbox |", "|---|---|", *rows])


class Builder:
    """Turns the text of lessons into notebooks; reads the program and its graph once."""

    def __init__(
        self, program: str, graph: Callable[[], Graph] = program_graph, stand_ins: str = ""
    ) -> None:
        self.texts = {"step": program, "from": program, "until": stand_ins}
        self._graph = graph
        self._known_graph: Graph | None = None

    @property
    def graph(self) -> Graph:
        """The program's graph, made when a lesson first asks for it."""
        if self._known_graph is None:
            self._known_graph = self._graph()
        return self._known_graph

    def notebook(self, text: str, chapter: Chapter) -> str:
        """The notebook file of a lesson's text."""
        cells = []
        text = text[max(text.find(CELL), 0) :]  # before the first cell: for whoever edits it
        for number, cell in enumerate(jupytext.reads(text, fmt="py:percent").cells, start=1):
            try:
                cells.append(self._cell(cell, chapter, number))
            except LessonError as error:
                where = f"lessons/{chapter.name}.py:cell {number}"
                raise LessonError(f"{where}: {error} [build]") from None
        notebook = new_notebook(cells=cells, metadata=METADATA)
        nbformat.validate(notebook)
        return nbformat.writes(notebook) + "\n"

    def _cell(self, cell: nbformat.NotebookNode, chapter: Chapter, number: int) -> object:
        name = f"{chapter.name}-{number:02d}".replace("_", "-")
        tags = {"tags": cell.metadata["tags"]} if "tags" in cell.metadata else {}
        if cell.cell_type == "markdown":
            return new_markdown_cell(self._prose(cell.source, chapter), id=name, metadata=tags)
        try:
            code, expected = expects.split(cell.source)
        except ValueError as error:
            raise LessonError(str(error)) from None
        hidden = {expects.KEY: expected} if expected else {}
        return new_code_cell(self._code(cell, code), id=name, metadata=tags | hidden)

    def _code(self, cell: nbformat.NotebookNode, code: str) -> str:
        title = cell.metadata.get("title", "")
        directive, _, name = title.partition(": ")
        if not title:
            return code
        if directive not in self.texts:
            known = ", ".join(repr(f"{each}: ") for each in self.texts)
            raise LessonError(f"no directive is called {title!r}; there are {known}")
        if code.strip():
            raise LessonError(f"the cell of '{title}' has code of its own: leave it empty")
        names = [each.strip() for each in name.split(",")]
        return APART.join(cut(self.texts[directive], each) for each in names)

    def _prose(self, text: str, chapter: Chapter) -> str:
        def value(match: re.Match[str]) -> str:
            if match[1] == "title":
                return f"{chapter.number:02d} · {chapter.title}"
            if match[1] == "minutes":
                return str(chapter.minutes)
            if match[1] == "map":
                return chapter_map(chapter)
            if match[1] == "next":
                return next_links(chapter)
            if match[1] == "edges":
                return edge_table(self.graph, chapter)
            if match[1] == "quirks":
                return quirk_table(of_chapter(chapter.number))
            known = "title, minutes, map, next, edges, quirks"
            raise LessonError(f"{match[0]} is not one of {known}")

        return TOKEN.sub(value, text)


def build_all(root: Path = ROOT) -> dict[Path, str]:
    """What each notebook file should hold.

    Raises:
        LessonError: a chapter has no lesson, or a lesson is wrong.
    """
    builder = Builder(program_text(root), stand_ins=stand_in_text(root))
    built = {}
    for chapter in CHAPTERS:
        source = root / "lessons" / f"{chapter.name}.py"
        if not source.exists():
            raise LessonError(f"lessons/{chapter.name}.py is missing [build]")
        text = source.read_text(encoding="utf-8")
        built[root / "notebooks" / f"{chapter.name}.ipynb"] = builder.notebook(text, chapter)
    return built


def stale(built: dict[Path, str], folder: Path, command: str = "make lessons") -> list[str]:
    """What is wrong with the files in `folder`, one sentence each; `command` mends it."""
    wrong = [
        f"{folder.name}/{path.name} is not what the build makes: run {command}"
        for path, text in built.items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    extra = sorted(set(folder.glob(f"*{next(iter(built)).suffix}")) - set(built))
    return wrong + [f"{folder.name}/{path.name} is made from nothing: delete it" for path in extra]


def main(arguments: list[str] | None = None) -> int:
    """Build or check; what the command line calls."""
    parser = argparse.ArgumentParser(prog="python -m tools.lessons", description="Build notebooks.")
    parser.add_argument("--check", action="store_true", help="compare only, exit 1 on a difference")
    check = parser.parse_args(arguments).check
    try:
        built = build_all()
    except LessonError as error:
        print(error, file=sys.stderr)
        return 1
    folder = ROOT / "notebooks"
    if check:
        wrong = stale(built, folder)
        print("\n".join(wrong) or f"{len(built)} notebooks are what the build makes")
        return 1 if wrong else 0
    folder.mkdir(exist_ok=True)
    for path, text in built.items():
        path.write_text(text, encoding="utf-8", newline="\n")
    print(f"{len(built)} notebooks written to {folder.name}/")
    return 0


if __name__ == "__main__":
    sys.exit(main())
