"""The learner's own copies of the pages, in work/: `make lab` makes them, `reset` takes a fresh one.

The pages in notebooks/ belong to the course, and git keeps them: running one would change it, and
the next `git pull` would conflict. So learners work on copies, which git ignores. A copy that was
changed is never overwritten, and one whose page is no more is put away, not deleted.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from pathlib import Path

from lab import course
from lab.errors import LabError

ROOT = Path(__file__).resolve().parents[1]
COURSE = "KIT_COURSE"  # a folder for work/ and its pictures, where many share one kit
FIRST = course.CHAPTERS[0].name
WORK = "work"  # the folder's name
EARLIER = "earlier"  # in work/: copies of pages that the course has no more
NOTE = ".copies.json"  # in work/: the page that each copy was made of, by its digest


def make(root: Path = ROOT) -> list[str]:
    """Copy each page that has no copy yet, and anew those that were never changed.

    Returns:
        The names of changed copies whose page is another one now: `reset` takes it.

    Raises:
        OSError: work/ cannot be written.
    """
    work, behind = folder(root), []
    work.mkdir(exist_ok=True)
    _pictures(root, work)
    known = _known(work)
    for page in sorted((root / "notebooks").glob("*.ipynb")):
        copy, now = work / page.name, _digest(page)
        if copy.exists() and known.get(page.stem) == now:
            continue
        if copy.exists() and _digest(copy) != known.get(page.stem):
            behind += [page.stem] if page.stem in known else []
            continue
        shutil.copyfile(page, copy)
        known[page.stem] = now
    _put_away(root, work, known)
    _note(work, known)
    return behind


def newer(name: str) -> str:
    """What to tell whose changed copy is of an earlier page."""
    return (
        f"{name}: there is a newer page than your copy is of. In a notebook, "
        f'reset("{name}") takes it, and keeps yours.'
    )


def _put_away(root: Path, work: Path, known: dict[str, str]) -> None:
    """Move copies of pages that are no more to work/earlier/: their numbers are other pages' now."""
    for name in [name for name in known if not (root / "notebooks" / f"{name}.ipynb").exists()]:
        del known[name]
        for copy in [work / f"{name}.ipynb", *work.glob(f"{name}.*.ipynb")]:
            if copy.exists():
                (work / EARLIER).mkdir(exist_ok=True)
                copy.replace(work / EARLIER / copy.name)


def reset(page: int | str) -> Path:
    """Take a fresh copy of a page, and keep the old one beside it under a name with the time.

    >>> reset(3).name
    '03_rest_api.2026-11-29-1641.ipynb'

    Args:
        page: 3, "03" or "03_rest_api".

    Returns:
        Where the old copy is kept; where there was none, the fresh one.

    Raises:
        LabError: there is no such page, or work/ cannot be written.
    """
    try:
        name = course.find(page).name
        kept = _reset(name, ROOT)
    except OSError as error:
        raise LabError(
            f"The page cannot be copied: {error}.", "Copy it from notebooks/ by hand."
        ) from error
    had = kept.stem != name
    said = f"Yours is kept as work/{kept.name}" if had else f"work/{kept.name} is new: you had none"
    print(f"{said}. Open the page anew: File > Reload Notebook from Disk.")
    return kept


def _reset(name: str, root: Path) -> Path:
    page, work = root / "notebooks" / f"{name}.ipynb", folder(root)
    copy = work / page.name
    work.mkdir(exist_ok=True)
    kept = copy
    if copy.exists():
        kept = _unused(work, f"{name}.{time.strftime('%Y-%m-%d-%H%M%S')}")
        copy.replace(kept)
    shutil.copyfile(page, copy)
    _note(work, {**_known(work), name: _digest(page)})
    return kept


def _unused(work: Path, name: str) -> Path:
    """A name that no copy has: two resets within a second keep both."""
    names = (name, *(f"{name}-{number}" for number in range(2, 100)))
    return next(path for each in names if not (path := work / f"{each}.ipynb").exists())


def folder(root: Path) -> Path:
    """Where the copies are: in the kit, or in a learner's own folder where many share the kit."""
    own = os.environ.get(COURSE)
    return (Path(own) if own else root) / WORK


def _pictures(root: Path, work: Path) -> None:
    """Pages show ../images: copies elsewhere need them beside."""
    there = work.parent / "images"
    if work.parent != root:
        shutil.copytree(root / "images", there, dirs_exist_ok=True)


def _known(work: Path) -> dict[str, str]:
    try:
        found = json.loads((work / NOTE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _note(work: Path, known: dict[str, str]) -> None:
    (work / NOTE).write_text(json.dumps(known, indent=1), encoding="utf-8")


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":  # where an editor opens the pages, and no `make lab`: .devcontainer/
    for page in make():
        print(newer(page))
