"""One learner in a real browser: JupyterLab opens chapter 06, runs it, asks, and is answered."""

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from sandbox import cloud
from tools import jobs, notebooks

pytestmark = pytest.mark.timeout(420)
TOKEN = "browser-test"
CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture
def lab_url(tmp_path):
    """JupyterLab on a copy of the notebooks, so that what it saves is not committed."""
    for folder in ("notebooks", "images"):
        shutil.copytree(notebooks.ROOT / folder, tmp_path / "copy" / folder)
    home = tmp_path / "kit"
    cloud.start(home)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    root = f"--ServerApp.root_dir={tmp_path / 'copy'}"
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", root]
    command += [
        *jobs.lab_arguments(["x.ipynb", root]),
        f"--port={port}",
        f"--IdentityProvider.token={TOKEN}",
    ]
    env = notebooks.kernel_environment(home, {"JUPYTER_CONFIG_DIR": str(tmp_path / "config")})
    log = (tmp_path / "jupyter.log").open("w")
    server = subprocess.Popen(command, env=env, stdout=log, stderr=log)
    try:
        wait_until_up(
            f"http://127.0.0.1:{port}/api?token={TOKEN}", server, tmp_path / "jupyter.log"
        )
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)
        log.close()
        cloud.stop(home)


def wait_until_up(url, server, log):
    for _ in range(150):
        if server.poll() is not None:
            pytest.fail(f"JupyterLab ended: {log.read_text()[-2000:]}")
        try:
            if requests.get(url, timeout=2).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.2)
    pytest.fail("JupyterLab did not answer within 30 s")


@pytest.mark.skipif(not CHROMIUM, reason="no chromium; install it with: apt-get install chromium")
def test_a_learner_asks_the_model_in_chapter_06(lab_url, tmp_path):
    from playwright.sync_api import sync_playwright

    shots = Path(os.environ.get("SCREENSHOTS", tmp_path))
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 1400})
        page.goto(f"{lab_url}/lab/tree/notebooks/06_deployment_and_stage.ipynb?token={TOKEN}")
        page.locator(".jp-Notebook-cell").first.wait_for(timeout=60_000)
        page.get_by_text("| Idle").wait_for(timeout=60_000)
        picture = page.locator(".jp-Notebook img").first
        page.wait_for_function("it => it.naturalWidth > 0", arg=picture.element_handle())
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_text("Run All Cells", exact=True).click()
        prompt = page.get_by_label("Prompt", exact=True).last
        prompt.wait_for(timeout=180_000)
        prompt.scroll_into_view_if_needed()
        prompt.fill("What is the capital of France?")
        page.get_by_role("button", name="Send").last.click()
        answer = page.get_by_text("The capital of France is Paris").locator("visible=true").last
        answer.wait_for(timeout=60_000)
        answer.scroll_into_view_if_needed()
        page.screenshot(path=shots / "chapter_06_answer.png")
        assert answer.is_visible()
        browser.close()
