"""What is said by hand about a subject, and the page that it belongs to now.

A note names a step of gateway/ (or a page without steps), not a number: when a page is numbered
anew, or split in two, each note goes along with what it is about.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from lab import course

FOLDER = Path(__file__).resolve().parents[2] / "teach" / "notes"
PARTS = ("Questions", "Where people stick", "Worth doing live", "When late")
QUESTIONS = 3


class NoteError(ValueError):
    """A note has not the form that the guide needs; the text names the file and what is missing."""


@dataclass(frozen=True)
class Note:
    """What is said about one subject.

    Attributes:
        name: of its file.
        chapter: the page that it belongs to.
        parts: the text of each of PARTS.
    """

    name: str
    chapter: course.Chapter
    parts: dict[str, str]

    @property
    def questions(self) -> list[tuple[str, str]]:
        """Each question with its answer."""
        asked = re.findall(r"^\d\. (.+?) — (.+)$", self.parts["Questions"], re.MULTILINE)
        return [(question.strip(), answer.strip()) for question, answer in asked]


def every(folder: Path = FOLDER) -> list[Note]:
    """All notes, in the order of the course.

    Raises:
        NoteError: one has not the form, or a page has no note.
    """
    found = [read(path) for path in sorted(folder.glob("*.md"))]
    without = [c.name for c in course.CHAPTERS if c not in [note.chapter for note in found]]
    if without:
        raise NoteError(f"no file of {folder.name}/ is about {', '.join(without)}")
    order = list(course.CHAPTERS)
    return sorted(found, key=lambda note: (order.index(note.chapter), note.name))


def read(path: Path) -> Note:
    """One note.

    Raises:
        NoteError: it has not the form, or names no step and no page.
    """
    text = path.read_text(encoding="utf-8")
    about = re.match(r"<!-- (step|page): (\w+) -->\n", text)
    if not about:
        raise NoteError(f"{path.name} begins with no <!-- step: NAME --> or <!-- page: SLUG -->")
    parts = dict(re.findall(r"^## (.+)\n((?:(?!## ).*\n?)*)", text, re.MULTILINE))
    if tuple(parts) != PARTS or not all(part.strip() for part in parts.values()):
        raise NoteError(f"{path.name} has {', '.join(parts)}; it needs {', '.join(PARTS)}")
    note = Note(
        path.stem, _chapter(path, *about.groups()), {k: v.strip() for k, v in parts.items()}
    )
    if len(note.questions) != QUESTIONS:
        raise NoteError(f"{path.name}: {QUESTIONS} questions are wanted, each as `1. … — answer`")
    return note


def _chapter(path: Path, kind: str, name: str) -> course.Chapter:
    try:
        return course.that_makes(name) if kind == "step" else course.find(name)
    except (StopIteration, ValueError):
        raise NoteError(f"{path.name} is about the {kind} {name}, which there is not") from None
