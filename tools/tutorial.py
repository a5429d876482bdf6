"""Run the whole course headless, as one learner would: every notebook in order, on one stack.

    make tutorial          (python tools/run.py tutorial)

It has a sandbox and stacks of its own, made anew and removed at the end, so that a learner's work
is untouched. The executed notebooks are written to build/ as HTML, and to build/notebooks/ with their
outputs, for JupyterLab: no kernel is needed to read them.
"""

from __future__ import annotations

import ast
import json
import re
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from filelock import FileLock, Timeout
from nbconvert import HTMLExporter
from rich.console import Console

from lab.draw import page
from sandbox import cloud, engine
from tools import notebooks
from tools.embed import embedded

HOME = notebooks.ROOT / ".kit" / "tutorial"
BUILD = notebooks.ROOT / "build"
TOOK = "tutorial.json"  # in build/: how long each page's cells took
# nbconvert's own style breaks plain text anywhere: words stay whole, and what cannot fit is broken.
WHOLE_WORDS = """<style>
.jp-OutputArea .jp-OutputArea-output pre { word-break: normal; overflow-wrap: anywhere; }
</style>
"""
WIDTH = 60  # characters of an answer that fit on a line


def updates(home: Path) -> set[Path]:
    """The engine's own history, a file each; the session removes the oldest of them."""
    return set((home / "backend" / ".pulumi" / "history").rglob("*.history.json"))


def changes(history: Iterable[Path]) -> Counter[str]:
    """How many resources each operation touched in these updates."""
    total: Counter[str] = Counter()
    for path in history:
        total.update(json.loads(path.read_text("utf-8")).get("resourceChanges") or {})
    return total


def answer(run: notebooks.Run) -> str | None:
    """The last thing that the model said in this notebook, on one line; None if it said nothing."""
    said = [found for text in notebooks.texts(run.notebook) if (found := completion(text))]
    if not said:
        return None
    line = " ".join(said[-1].split())
    return line if len(line) <= WIDTH else line[: WIDTH - 1] + "…"


def completion(text: str) -> str | None:
    """What the model said, if an output shows it: the record of `ask`, or the answer's JSON."""
    if match := re.search(r"^Answer: (.+)$", text, re.MULTILINE):
        return match[1]
    try:
        shown = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return None
    return shown.get("completion") if isinstance(shown, dict) else None


def line(run: notebooks.Run, made: Counter[str]) -> str:
    """What is printed of one notebook."""
    parts = [f"{'ok    ' if run.error is None else 'FAILED'} {run.path.stem:26}"]
    parts.append(f"{run.cells:3} cells {run.seconds:6.1f} s")
    parts.append(f"{made['create']:3} made {made['delete']:3} removed")
    said = answer(run)
    return "  ".join(parts) + (f'  "{said}"' if said else "")


def script() -> str:
    """What a page of the kit does in a browser, for one without a kernel: copies, replays."""
    module, sheet = (
        (Path(page.__file__).with_suffix(end)).read_text("utf-8") for end in (".js", ".css")
    )
    return f'<script type="module">{module}\ninstall({json.dumps(sheet)});</script>'


def write_notebook(run: notebooks.Run) -> None:
    """The executed notebook with its outputs, and its pictures where it looks for them."""
    folder = BUILD / "notebooks"
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(run.notebook, folder / run.path.name)
    shutil.copytree(notebooks.ROOT / "images", BUILD / "images", dirs_exist_ok=True)


def write_html(run: notebooks.Run) -> None:
    """The executed notebook as one HTML file with its pictures inside."""
    body, _ = HTMLExporter().from_notebook_node(
        run.notebook, resources={"metadata": {"name": run.path.stem}}
    )
    body = embedded(body)
    body = body.replace("</head>", f"{WHOLE_WORDS}</head>", 1)
    body = body.replace("</body>", f"{script()}</body>", 1)
    BUILD.mkdir(exist_ok=True)
    (BUILD / f"{run.path.stem}.html").write_text(body, encoding="utf-8")


def run_all(console: Console) -> bool:
    """Run every notebook, printing a line for each; False when one of them failed.

    While a page runs, the kernel of the next one starts and imports what that page does, and what
    the one before showed is written.
    """
    runs: list[notebooks.Run] = []
    paths = notebooks.every()
    BUILD.mkdir(exist_ok=True)
    ahead = notebooks.Kernel(HOME, ahead=paths[0])
    try:
        with ThreadPoolExecutor(1) as writer:
            written = []
            for number, path in enumerate(paths, 1):
                before, kernel = updates(HOME), ahead
                if number < len(paths):
                    ahead = notebooks.Kernel(HOME, ahead=paths[number])
                with console.status(f"{path.stem} ({number} of {len(paths)})"):
                    runs.append(notebooks.run(path, home=HOME, first=True, kernel=kernel))
                written.append(writer.submit(write, runs[-1]))
                tell(runs, changes(updates(HOME) - before), console)
            for each in written:
                each.result()
    finally:
        ahead.close()
    return all(run.error is None for run in runs)


def tell(runs: list[notebooks.Run], made: Counter[str], console: Console) -> None:
    """Print a line of the last page, and note how long each took so far."""
    took = {r.path.stem: {"cells": r.cells, "seconds": round(r.seconds, 1)} for r in runs}
    (BUILD / TOOK).write_text(json.dumps(took, indent=1) + "\n", encoding="utf-8")
    for text in (line(runs[-1], made), runs[-1].error):
        if text:
            console.print(text, markup=False, highlight=False)


def write(run: notebooks.Run) -> None:
    """The executed notebook, as a page and as a notebook."""
    write_html(run)
    write_notebook(run)


def main() -> int:
    """Make the sandbox, run the course, remove the sandbox; 0 only when nothing failed."""
    console = Console(soft_wrap=True)
    started = time.monotonic()
    lock = FileLock(HOME.parent / "tutorial.lock", timeout=0)
    try:
        HOME.parent.mkdir(exist_ok=True)
        lock.acquire()
    except Timeout:
        print("Another `make tutorial` of this checkout is running. Wait for it.", file=sys.stderr)
        return 2
    except OSError as error:
        print(
            f"error: {HOME.parent} cannot be written: {error.strerror or error}.\nfix: copy the "
            "checkout to a folder of yours on a disk of this machine, and run it there",
            file=sys.stderr,
        )
        return 1
    try:
        with lock:
            fine = with_sandbox(console)
    except KeyboardInterrupt:
        print("Stopped. Its sandbox is removed; your own work was never touched.", file=sys.stderr)
        return 130
    console.print(f"{time.monotonic() - started:.0f} s in all. Executed notebooks: {BUILD}/")
    return 0 if fine else 1


def with_sandbox(console: Console) -> bool:
    """Run everything in a sandbox that did not exist before and does not afterwards."""
    engine.ensure()
    remove_home()
    try:
        running = cloud.start(HOME)
        console.print(f"sandbox of the tutorial: {running.endpoint}")
        return run_all(console)
    finally:
        remove_home()


def remove_home() -> None:
    """Stop the tutorial's sandbox, if there is one, and delete all that it kept."""
    cloud.stop(HOME)
    shutil.rmtree(HOME, ignore_errors=True)


if __name__ == "__main__":
    raise SystemExit(main())
