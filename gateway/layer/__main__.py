"""python -m layer: make the layer's zip. Run it in the program's folder."""

from __future__ import annotations

import argparse
import sys

from .build import ARCHITECTURES, LayerError, build, file_digest


def main(arguments: list[str]) -> int:
    """Make it for one processor, and tell where it is. 0: it is there."""
    parser = argparse.ArgumentParser(
        prog="python -m layer", description=__doc__
    )
    parser.add_argument(
        "--architecture",
        choices=list(ARCHITECTURES),
        default="x86_64",
        help="the function's processor, as gateway:architecture has it",
    )
    chosen = parser.parse_args(arguments)
    try:
        made = build(chosen.architecture)
    except LayerError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    size = made.stat().st_size / 1_000_000
    print(f"{made}: {size:.1f} MB, SHA-256 {file_digest(made)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
