"""python -m lab.exporting CHAPTER FOLDER: the gateway as a chapter leaves it, in a folder of its own."""

from __future__ import annotations

import argparse
import sys

from lab.errors import LabError
from lab.exporting.export import export


def main(arguments: list[str]) -> int:
    """Write it, and say what was written. 0: it is there; 1: it is not."""
    parser = argparse.ArgumentParser(prog="python -m lab.exporting", description=__doc__)
    parser.add_argument("chapter", help="from 06 on, by number or by name")
    parser.add_argument("folder", help="that does not exist yet, or is empty")
    given = parser.parse_args(arguments)
    try:
        print(export(given.chapter, given.folder).text())
    except (LabError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
