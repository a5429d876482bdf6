"""`export`: writes gateway/, as a chapter has it, into a folder that deploys by itself."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from lab import course
from lab.errors import LabError
from lab.exporting.chapter import Chapter
from lab.exporting.cut import cut
from lab.exporting.readme import readme
from lab.exporting.settings import cut_configuration
from lab.exporting.stacks import stack
from lab.exporting.tests import tests
from lab.exporting.view import Export

FIRST = 6  # before the stage, nothing of it can be called
AS_IT_IS = (".gitattributes", ".gitignore", ".github", "requirements.txt", "ruff.toml")
LEFT = shutil.ignore_patterns("__pycache__", ".*_cache", "build")


def export(chapter: int | str, folder: str | os.PathLike[str]) -> Export:
    """Write the gateway as a chapter leaves it into a new folder.

    Args:
        chapter: from 06 on; its number, or its page's name.
        folder: it must not exist, or be empty.

    Raises:
        LabError: the chapter deploys nothing that can be called, or the folder is not empty, or
            cannot be written. Nothing is written then.
    """
    number, place = _number(chapter), Path(folder).expanduser()
    _must_be_free(place)
    there = Chapter(number)
    with tempfile.TemporaryDirectory() as name:
        draft = Path(name) / "draft"
        written = _write(there, draft)
        try:
            shutil.copytree(draft, place, dirs_exist_ok=True)
        except OSError as error:
            raise LabError(
                f"{place} cannot be written: {error.strerror or error}.",
                "Name a folder of your own: export(20, '~/my-gateway')",
            ) from None
    return Export(number, place.resolve(), tuple(sorted(written)))


def _number(chapter: int | str) -> int:
    number = course.find(chapter).number
    if not FIRST <= number <= course.LAST:
        raise LabError(
            f"Chapter {number:02d} is nothing to take home: what can be called begins with "
            f"chapter {FIRST:02d}, and ends with {course.LAST}.",
            f"Name one of them: export({course.LAST}, 'my-gateway')",
        )
    return number


def _must_be_free(place: Path) -> None:
    if place.is_dir() and not any(place.iterdir()):
        return
    if place.exists():
        raise LabError(
            f"{place} is there already, and nothing in it is overwritten.",
            "Name a folder that does not exist yet, or is empty.",
        )


def _write(chapter: Chapter, draft: Path) -> list[str]:
    """All files of an export; the paths that were written."""
    texts, gone = cut(chapter)
    source = chapter.folder
    texts["Pulumi.yaml"] = cut_configuration(_text(source / "Pulumi.yaml"), gone)
    texts["README.md"] = readme(_text(source / "README.md"), chapter.number, gone)
    texts["Pulumi.dev.yaml"] = stack("dev", gone, protected=False)
    texts["Pulumi.prod.yaml"] = stack("prod", gone, protected=True)
    texts["layer/wheels.txt"] = _text(source / "layer" / "wheels.txt")
    if "instances/machine.py" in texts:
        texts["instances/requirements.txt"] = _text(source / "instances" / "requirements.txt")
    for name, text in tests(source / "tests", chapter.number, gone).items():
        texts[f"tests/{name}"] = text
    for path, text in texts.items():
        (draft / path).parent.mkdir(parents=True, exist_ok=True)
        (draft / path).write_text(text, encoding="utf-8", newline="\n")
    functions = ("model", "authorizer") if "auth.py" in texts else ("model",)
    for name in functions:
        shutil.copytree(source / "functions" / name, draft / "functions" / name, ignore=LEFT)
    shutil.copy(source / "functions" / "ruff.toml", draft / "functions" / "ruff.toml")
    for name in AS_IT_IS:
        _copy(source / name, draft / name)
    return [path.relative_to(draft).as_posix() for path in draft.rglob("*") if path.is_file()]


def _text(path: Path) -> str:
    return path.read_text("utf-8")


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=LEFT)
    else:
        shutil.copy(source, target)
