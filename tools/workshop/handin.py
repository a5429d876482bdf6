"""make progress: writes what you have done of the course to a file to hand in, as text and as JSON.

Nothing is sent: the files are yours to give. In them are your answers, so that whoever gets them
can look at them again.
"""

from __future__ import annotations

import argparse
import getpass
import json
import os
import re
import sys
import time
from pathlib import Path
from typing import Any

from lab.marks import journal
from lab.marks.progress import numbers
from lab.marks.state import progress_of
from lab.marks.view import ProgressView
from tools.environment import ROOT

FORM = 1  # of the file: raised when who reads it must know
LONGEST = 60  # characters of a name


def main(arguments: list[str]) -> int:
    """Write both files, and print the text. 0: written."""
    parser = argparse.ArgumentParser(prog="make progress", description=__doc__)
    parser.add_argument("--name", default="", help="who you are on the trainer's board")
    parser.add_argument("--to", type=Path, default=ROOT / "build", help="a folder; default: build/")
    chosen = parser.parse_args(arguments)
    made = handed_in(chosen.name or login(), journal.read())
    try:
        written = write(made, chosen.to)
    except OSError as error:
        print(
            f"error: {chosen.to} cannot be written: {error.strerror or error}.\n"
            'fix: name a folder of yours: make progress ARGS="--to FOLDER"',
            file=sys.stderr,
        )
        return 1
    print(made["text"])
    print(f"\nTo hand in: {written} (and the same as text beside it)")
    return 0


def handed_in(name: str, events: list[journal.Event]) -> dict[str, Any]:
    """What a learner hands in: who, when, what happened, and the same to read."""
    kept = journal.condensed(events)
    return {
        "form": FORM,
        "who": name[:LONGEST],
        "made": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        "events": kept,
        "text": ProgressView(progress_of(kept, numbers())).text(),
    }


def write(made: dict[str, Any], folder: Path) -> Path:
    """Write both forms, each at one stroke; where the JSON is.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"progress-{re.sub(r'[^A-Za-z0-9_.-]+', '-', made['who']).strip('.-') or 'learner'}"
    for name, text in (
        (f"{stem}.txt", f"{made['who']}, {made['made']}\n\n{made['text']}\n"),
        (f"{stem}.json", json.dumps(made, indent=1) + "\n"),
    ):
        fresh = folder / f".{name}.{os.getpid()}"
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(folder / name)
    return folder / f"{stem}.json"


def login() -> str:
    """The name of who runs this; a container may know none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "learner"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
