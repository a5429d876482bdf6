"""What a trainer teaches with, made from the course and teach/notes/.

python -m tools.teaching             write teach/guide.md, slides.md, handout.md
python -m tools.teaching --check     exit 1 when one of them is old
make teach                           those, and in build/teach/: slides (HTML, PDF), solutions
python -m tools.teaching measured    keep the seconds of the last `make tutorial`
python -m tools.teaching cost 20     quotas and dollars for so many learners in one account
python -m tools.teaching room list   what learners have on AWS, by their tag
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from tools.machine import Problem
from tools.teaching import deck, notes, pages, room, timetable

ROOT = Path(__file__).resolve().parents[2]
TEACH, BUILD = ROOT / "teach", ROOT / "build"


def written() -> dict[Path, str]:
    """Each page of teach/ that is made, as it should be.

    Raises:
        notes.NoteError: a note has not its form, or a page has none.
    """
    found = notes.every()
    return {
        TEACH / "guide.md": pages.guide(found),
        TEACH / "slides.md": pages.slides(found),
        TEACH / "handout.md": pages.handout(),
    }


def main(arguments: list[str]) -> int:
    """Write, check or build; 0 when all is as it should be."""
    if arguments[:1] == ["room"]:
        return room.main(arguments[1:])
    if arguments[:1] == ["cost"]:
        return cost(arguments[1:])
    try:
        if arguments[:1] == ["measured"]:
            return keep_measured(" ".join(arguments[1:]))
        return check() if arguments == ["--check"] else write(built=arguments == ["build"])
    except (notes.NoteError, Problem, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def cost(arguments: list[str]) -> int:
    """Print the guide's figures for any number of learners."""
    if len(arguments) != 1 or not arguments[0].isdecimal() or not int(arguments[0]):
        print("usage: python -m tools.teaching cost 20", file=sys.stderr)
        return 2
    print("\n".join(pages.for_learners(int(arguments[0]))))
    return 0


def check() -> int:
    """Compare."""
    old = [
        path
        for path, text in written().items()
        if not path.exists() or path.read_text("utf-8") != text
    ]
    for path in old:
        print(
            f"{path.relative_to(ROOT)} is old; write it: python -m tools.teaching", file=sys.stderr
        )
    return 1 if old else 0


def write(*, built: bool) -> int:
    """Write the pages of teach/, and build what is not kept there."""
    for path, text in written().items():
        path.write_text(text, encoding="utf-8")
    if built:
        folder = BUILD / "teach"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "solutions.md").write_text(pages.solutions(), encoding="utf-8")
        made = deck.build(pages.slides(notes.every()), folder)
        print("\n".join(map(str, [*made, folder / "solutions.md"])))
    return 0


def keep_measured(remark: str) -> int:
    """Keep how long the pages' cells took in the last `make tutorial`, with the machine and the day."""
    import psutil

    took = json.loads((BUILD / "tutorial.json").read_text(encoding="utf-8"))
    memory = psutil.virtual_memory().total / 2**30
    machine = (
        f"{psutil.cpu_count()} cores, {memory:.0f} GB, {sys.platform}, {time.strftime('%Y-%m-%d')}"
    )
    machine += f", {remark}" if remark else ""
    text = json.dumps({"machine": machine, "pages": took}, indent=1) + "\n"
    timetable.MEASURED.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
