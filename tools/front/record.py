"""Record the moving picture of the front page, images/first_minute.webp, and its last frame.

    python -m tools.front.record

The real thing: JupyterLab in a browser, cells that are run by Shift+Enter, the sandbox, the model. What
is seen is what happened; only waiting is shortened. It takes two minutes and wants Chromium, so CI does
not run it: run it again when the look of JupyterLab or of the kit changes.
"""

from __future__ import annotations

import base64
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import requests

from sandbox import cloud, engine
from tools import jobs, notebooks
from tools.front.webp import Frame, animated

TARGET = notebooks.ROOT / "images" / "first_minute.webp"
STILL = TARGET.with_name("first_minute_still.webp")  # for who wants no motion
CHANGE = (Path(__file__).parent / "change.js").read_text("utf-8")
SEEN = notebooks.ROOT / "build" / "recording.png"
TOKEN = "recording"
WIDTH, HEIGHT = 960, 540
QUALITY = 0.72
TICK = 0.25  # seconds between two looks
LONGEST, LAST = 700, 2600  # milliseconds that a frame is shown, and the last one of a scene

FIRST = "from lab import start, up, ask\nfrom lab.widgets import burst\n\nstart(11)"
# What is run before the eyes of the visitor, and the words by which it is over.
SCENES = (
    ("up(11)", "Replay"),  # the button of a tree that is over
    ('ask("What is the capital of France?", max_tokens=32)', "200 from the function"),
    (
        'burst(n={"blue": 30, "green": 6}, rate={"blue": 20, "green": 4})',
        "a token bucket foretells",
    ),
)


@contextmanager
def jupyterlab(home: Path, folder: Path) -> Iterator[str]:
    """JupyterLab as `make lab` starts it, on a folder of its own; its URL."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    root = f"--ServerApp.root_dir={folder}"
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", root, f"--port={port}"]
    command += [*jobs.lab_arguments([root], ""), f"--IdentityProvider.token={TOKEN}"]
    own = {"JUPYTER_CONFIG_DIR": str(home / "config"), "PYTHONPATH": str(notebooks.ROOT)}
    with (home / "jupyter.log").open("w") as log:
        env = notebooks.kernel_environment(home, own)
        server = subprocess.Popen(command, env=env, stdout=log, stderr=log)
        try:
            url = f"http://127.0.0.1:{port}"
            wait_for(f"{url}/api?token={TOKEN}")
            yield url
        finally:
            server.terminate()
            server.wait(20)


def wait_for(url: str) -> None:
    """Until a server answers.

    Raises:
        TimeoutError: it does not within a minute.
    """
    for _ in range(300):
        try:
            if requests.get(url, timeout=2).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.2)
    raise TimeoutError("JupyterLab did not answer within a minute")


def write(file: Path) -> None:
    """The notebook of the recording."""
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    cells = [nbformat.v4.new_code_cell(text) for text in (FIRST, *(cell for cell, _ in SCENES))]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), file)


def scene(page: Any, number: int, over: str) -> list[bytes]:
    """Screenshots while one cell runs, from before it until it is over and drawn."""
    cell = page.locator(".jp-Notebook-cell").nth(number)
    cell.locator(".cm-content").click()
    cell.evaluate("it => it.scrollIntoView({block: 'start'})")
    time.sleep(0.5)
    shots = [page.screenshot()]
    page.keyboard.press("Control+Enter")
    ended = time.monotonic() + 180
    while time.monotonic() < ended:
        time.sleep(TICK)
        shots.append(page.screenshot())
        if cell.get_by_text(over).count() and cell.locator("text='[*]:'").count() == 0:
            break
    else:
        SEEN.write_bytes(shots[-1])
        raise TimeoutError(f"{over!r} was not seen within three minutes; {SEEN} shows what was")
    time.sleep(1.5)
    return [*shots, page.screenshot()]


def pieces(page: Any, shots: list[bytes], before: bytes | None) -> list[Frame]:
    """What changes from one screenshot to the next; those without a change only last longer."""
    frames: list[Frame] = []
    for shot in shots:
        texts = [base64.b64encode(one).decode() if one else None for one in (before, shot)]
        if found := page.evaluate(CHANGE, [*texts, QUALITY]):
            still = base64.b64decode(found.pop("still"))
            frames.append(Frame(**found, shown=round(TICK * 1000), still=still))
        elif frames:
            longer = min(LONGEST, frames[-1].shown + round(TICK * 1000))
            frames[-1] = replace(frames[-1], shown=longer)
        before = shot
    if frames:
        frames[-1] = replace(frames[-1], shown=LAST)
    return frames


def record(url: str, chromium: str) -> list[Frame]:
    """Run the cells in a browser and look on."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.goto(f"{url}/doc/tree/first_minute.ipynb?token={TOKEN}")
        page.locator(".jp-Notebook-cell").first.wait_for(timeout=60_000)
        page.get_by_text("| Idle").wait_for(timeout=60_000)
        scene(page, 0, "sandbox")  # not shown: it finds Pulumi and starts the kernel
        taken = [scene(page, number, over) for number, (_, over) in enumerate(SCENES, 1)]
        blank = browser.new_page()
        frames: list[Frame] = []
        before = None
        for shots in taken:
            frames += pieces(blank, shots, before)
            before = shots[-1]
        (still,) = pieces(blank, taken[-1][-1:], None)
        STILL.write_bytes(still.still)
        browser.close()
    return frames


def main() -> int:
    """Record and write; 0 when there is a new picture."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        print("error: no Chromium.\nfix: apt-get install chromium", file=sys.stderr)
        return 1
    engine.ensure()
    SEEN.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        home, folder = Path(place) / "kit", Path(place) / "course"
        home.mkdir()
        folder.mkdir()
        write(folder / "first_minute.ipynb")
        cloud.start(home)
        try:
            with jupyterlab(home, folder) as url:
                frames = record(url, chromium)
        finally:
            cloud.stop(home)
    TARGET.write_bytes(animated(frames, WIDTH, HEIGHT))
    seconds = sum(frame.shown for frame in frames) / 1000
    print(
        f"{TARGET.name}: {len(frames)} frames, {seconds:.0f} s, {TARGET.stat().st_size // 1024} KB"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
