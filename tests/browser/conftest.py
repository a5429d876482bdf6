"""One JupyterLab and one browser for all that is looked at in a browser."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
import requests

from sandbox import cloud
from tools import jobs, notebooks

TOKEN = "browser-test"
CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
VIEWS = """\
from IPython.display import display
from tests.lab.deploy.test_view import VIEWS
from tests.lab.draw.widgets import views
from lab.draw.page import install

install()
"""
CELLS = [
    VIEWS,
    "from lab.predictions.view import Prediction; from lab.predictions.questions import QUESTIONS",
    "Prediction(QUESTIONS[0])",
    "from lab import check; check('1.1', 3)",
    "from lab import show; show({'secret': 1, 'text': 'a ' * 80})",
    # JupyterLab shows 50 outputs of a cell, and hides the rest.
    "shown = [*views().values(), *(view() for view in VIEWS.values())]",
    *(f"for view in shown[{n}:{n + 20}]: display(view)" for n in range(0, 160, 20)),
    "assert not shown[160:]",
    "print('the last one')",
]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class Lab:
    """A JupyterLab that runs, and the folder that it shows."""

    url: str
    folder: Path

    def write(self, name: str, cells: list[str]) -> None:
        """A notebook of these cells in its folder."""
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
        made = [nbformat.v4.new_code_cell(cell) for cell in cells]
        nbformat.write(nbformat.v4.new_notebook(cells=made, metadata=kernel), self.folder / name)

    def open(self, page: Any, path: str) -> None:
        """A notebook in a page of the browser, its kernel idle."""
        # A workspace of its own: the one before would open its notebooks as well.
        space = f"{Path(path).stem}-{time.time_ns()}"
        page.goto(f"{self.url}/lab/workspaces/{space}/tree/{path}?token={TOKEN}")
        page.locator(".jp-Notebook-cell").first.wait_for(timeout=60_000)
        page.get_by_text("| Idle").wait_for(timeout=60_000)

    def picture(self, page: Any, name: str) -> None:
        """A picture of each panel with its controls, to be looked at, in SCREENSHOTS if given."""
        if folder := os.environ.get("SCREENSHOTS"):
            for number, box in enumerate(page.locator(".kit, .kit-controls").all()):
                if box.is_visible():
                    box.scroll_into_view_if_needed()
                    box.screenshot(path=Path(folder) / f"{name}_{number:03d}.png")


@pytest.fixture(scope="package")
def lab(tmp_path_factory) -> Iterator[Lab]:
    """JupyterLab as `make lab` starts it, on a copy of the notebooks: what it saves is not committed."""
    place = tmp_path_factory.mktemp("browser")
    for folder in ("notebooks", "images"):
        shutil.copytree(notebooks.ROOT / folder, place / "copy" / folder)
    home = place / "kit"
    cloud.start(home)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    root = f"--ServerApp.root_dir={place / 'copy'}"
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", root]
    command += [
        *jobs.lab_arguments([root], ""),
        f"--port={port}",
        f"--IdentityProvider.token={TOKEN}",
        "--LabApp.expose_app_in_browser=True",
    ]
    # The tests' own views are shown, too.
    own = {"JUPYTER_CONFIG_DIR": str(place / "config"), "PYTHONPATH": str(notebooks.ROOT)}
    log = (place / "jupyter.log").open("w")
    env = notebooks.kernel_environment(home, own)
    server = subprocess.Popen(command, env=env, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_up(f"{url}/api?token={TOKEN}", server, place / "jupyter.log")
        yield Lab(url, place / "copy")
    finally:
        server.terminate()
        server.wait(20)
        log.close()
        cloud.stop(home)


def wait_until_up(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(150):
        if server.poll() is not None:
            pytest.fail(f"JupyterLab ended: {log.read_text()[-2000:]}")
        try:
            if requests.get(url, timeout=2).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.2)
    pytest.fail("JupyterLab did not answer within 30 s")


@pytest.fixture(scope="package")
def browser() -> Iterator[Any]:
    """Chromium, without a window."""
    if not CHROMIUM:
        pytest.skip("no chromium; install it with: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="package")
def page(lab, browser):
    """A notebook with every view of the kit in every state, all cells run."""
    lab.write("widgets.ipynb", CELLS)
    opened = browser.new_page(viewport={"width": 1280, "height": 1400})
    lab.open(opened, "widgets.ipynb")
    opened.evaluate("() => jupyterapp.commands.execute('runmenu:run-all')")
    opened.get_by_text("the last one", exact=True).last.wait_for(timeout=90_000)
    # JupyterLab lays out only what is in sight; here, all of it is looked at.
    opened.add_style_tag(content=".jp-Cell { content-visibility: visible !important }")
    yield opened
    opened.close()
