"""Draw images/*.svg from the program.

    python -m tools.pictures           write all pictures
    python -m tools.pictures --check   write nothing; exit 1 when a committed picture differs

Three kinds: `way_NN.svg`, the way of one request, with the chapter's part lit; `NN_slug.svg`, what a
chapter explains; `map.svg`, every resource of chapters 01 to 06. How the resources of a chapter refer
to each other, its page says in words, and `graph` draws it as it is deployed.

Exit codes: 0 fine, 1 a picture differs, 2 misused.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from lab.course import CHAPTERS
from tools.graph import program_graph
from tools.lessons import ROOT, stale
from tools.pictures import deciding, exchanges, limits, pools, routes, speaking, times, watching
from tools.pictures.resources import overview
from tools.pictures.way import way

# What each chapter explains, drawn along the request, or along time. Every chapter with steps has one.
EXPLAINED: dict[int, Callable[[], str]] = {
    1: routes.role,
    2: exchanges.two_roles,
    3: exchanges.policies,
    4: exchanges.anatomy,
    5: exchanges.proxy,
    6: exchanges.edition,
    7: routes.pointers,
    8: routes.order,
    9: deciding.together,
    10: exchanges.proofs,
    11: limits.bucket,
    12: deciding.by_type,
    13: limits.settle,
    14: watching.one_id,
    15: watching.clocks,
    16: watching.percentile,
    17: watching.alarm,
    18: routes.shapes,
    19: speaking.held,
    20: times.stream,
    21: speaking.dialects,
    22: routes.balancer,
    23: pools.life,
    24: pools.versions,
    25: routes.breaker,
}
# Pictures that a page or the front page has besides.
MORE: dict[str, Callable[[], str]] = {
    "cold_start": times.cold_start,
    "two_targets": exchanges.two_targets,
}


def build_all(root: Path = ROOT) -> dict[Path, str]:
    """What each picture file should hold."""
    graph = program_graph()
    folder = root / "images"
    built = {folder / "map.svg": overview(graph)}
    for name, draw in MORE.items():
        built[folder / f"{name}.svg"] = draw()
    for chapter in CHAPTERS:
        built[folder / f"way_{chapter.number:02d}.svg"] = way(graph, chapter)
        if explain := EXPLAINED.get(chapter.number):
            built[folder / f"{chapter.name}.svg"] = explain()
    return built


def main(arguments: list[str] | None = None) -> int:
    """Draw or check; what the command line calls."""
    parser = argparse.ArgumentParser(prog="python -m tools.pictures", description="Draw images.")
    parser.add_argument("--check", action="store_true", help="compare only, exit 1 on a difference")
    check = parser.parse_args(arguments).check
    built = build_all()
    folder = ROOT / "images"
    if check:
        wrong = stale(built, folder, "make images")
        print("\n".join(wrong) or f"{len(built)} pictures are what the program draws")
        return 1 if wrong else 0
    folder.mkdir(exist_ok=True)
    for path, text in built.items():
        path.write_text(text, encoding="utf-8", newline="\n")
    print(f"{len(built)} pictures written to {folder.name}/")
    return 0


if __name__ == "__main__":
    sys.exit(main())
