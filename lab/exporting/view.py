"""What an export says of itself: where it is, what is in it, and what to do there."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Any

from lab.course import find
from lab.draw import panels, words
from lab.draw.html import Markup, clean, tag
from lab.draw.view import View
from lab.exporting.readme import opened

WHAT = {
    "README.md": "how to deploy, call, change and destroy it",
    "program.py": "calls every step of the chapters so far",
    "settings.py": "what may be changed, with Pulumi.yaml",
    "Pulumi.dev.yaml": "settings of a stack for trying out",
    "Pulumi.prod.yaml": "settings of a stack that people rely on",
    "functions": "the code that Lambda runs",
    "layer": "python -m layer makes the model's layer",
    "tests": "python -m pytest tests: pass alone, and deploy nothing",
    ".github": "previews pull requests and deploys main, without a stored key",
}
FIRST = "python -m pytest tests"


class Export(View):
    """A folder that was written.

    Attributes:
        number: of the chapter.
        folder: where it is.
        files: paths in it.
    """

    def __init__(self, number: int, folder: Path, files: tuple[str, ...]) -> None:
        self.number, self.folder, self.files = number, folder, files

    def state(self) -> dict[str, Any]:
        """The chapter, the folder and its files."""
        return {
            "state": "done",
            "chapter": self.number,
            "folder": str(self.folder),
            "files": list(self.files),
        }

    def text(self) -> str:
        """The folder, a line for each thing in it, and the first command."""
        rows = [f"  {name:18} {count:>9}  {what}" for name, count, what in self._rows()]
        return clean("\n".join([self._title(), *rows, *self._advice()]))

    def html(self) -> Markup:
        """The same as a table."""
        return panels.panel(
            panels.title(self._title()),
            panels.table("What is in it", ("what", "files", "for"), self._rows(), numbers=(1,)),
            *(tag("p", line) for line in self._advice()),
            label="Export",
        )

    def _title(self) -> str:
        title = find(self.number).title
        return f"Chapter {self.number:02d}, {title}: {words.count(len(self.files), 'file')} in {self.folder}"

    def _rows(self) -> list[tuple[str, str, str]]:
        """What is at the top: its name, how many files, what for."""
        counts: dict[str, int] = {}
        for path in self.files:
            top = PurePosixPath(path).parts[0]
            counts[top] = counts.get(top, 0) + 1
        told = [
            (name, str(counts.pop(name)), what) for name, what in WHAT.items() if name in counts
        ]
        return [*told, ("the rest", str(sum(counts.values())), "steps by area, and what they need")]

    def _advice(self) -> list[str]:
        warning = opened(self.number).replace("**", "")
        return [*([warning] if warning else []), f"Go there, and begin with: {FIRST}"]
