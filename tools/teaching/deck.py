"""Slides as HTML and PDF, by Marp: a program of npm's, pinned in teach/slides/, and a Chromium."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from tools.embed import embedded
from tools.machine import Problem

ROOT = Path(__file__).resolve().parents[2]
PINS = ROOT / "teach" / "slides"
HOME = ROOT / ".venv-slides"  # ignored by git, as the other environments
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def build(source: str, folder: Path) -> list[Path]:
    """Make slides.html and slides.pdf; both hold their pictures, and need nothing beside them.

    Raises:
        Problem: npm or a browser is missing, or Marp failed.
    """
    marp, browser = installed(), _browser()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as work:
        text = Path(work) / "teach" / "slides.md"
        text.parent.mkdir()
        text.write_text(source, encoding="utf-8")
        shutil.copytree(ROOT / "images", Path(work) / "images")
        made = [_made(marp, browser, text, folder / f"slides.{kind}") for kind in ("html", "pdf")]
    page = made[0].read_text(encoding="utf-8")
    made[0].write_text(embedded(page), encoding="utf-8")  # Marp takes none that is written out
    return made


def _made(marp: Path, browser: str, text: Path, target: Path) -> Path:
    """One form of the slides.

    Raises:
        Problem: Marp failed; told in its words.
    """
    options = ["--pdf-notes", "--allow-local-files"] if target.suffix == ".pdf" else []
    done = subprocess.run(
        [str(marp), str(text), "--no-stdin", "--html=false", *options, "-o", str(target)],
        env={**os.environ, "CHROME_PATH": browser, "CHROME_NO_SANDBOX": _rootless()},
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    if done.returncode or not target.exists():
        raise Problem(f"Marp made no {target.name}: {done.stderr[-600:]}\nfix: see its words")
    return target


def installed() -> Path:
    """Marp's command, installed by its lock unless it is there.

    Raises:
        Problem: npm is missing, or cannot fetch it.
    """
    lock, marp = HOME / "package-lock.json", HOME / "node_modules" / ".bin" / "marp"
    if marp.exists() and lock.read_bytes() == (PINS / lock.name).read_bytes():
        return marp
    if not shutil.which("npm"):
        raise Problem(
            "npm is missing: it brings Marp, which makes the slides.\nfix: install Node 18 or later"
        )
    HOME.mkdir(exist_ok=True)
    for name in ("package.json", lock.name):
        shutil.copyfile(PINS / name, HOME / name)
    done = subprocess.run(
        ["npm", "ci", "--silent", "--no-audit", "--no-fund"], cwd=HOME, check=False
    )
    if done.returncode:
        lock.unlink()
        raise Problem(
            "npm could not install Marp.\nfix: connect to the internet, or set npm's registry"
        )
    return marp


def _browser() -> str:
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if not found:
        raise Problem(
            "Marp prints with a Chromium, and there is none.\nfix: install chromium, or Chrome"
        )
    return found


def _rootless() -> str:
    """Chromium's own sandbox does not start for root."""
    return "1" if hasattr(os, "geteuid") and os.geteuid() == 0 else ""
