"""A copy of the kit whose model writes slowly, as a laptop on battery does, to run pages with.

    python -m tools.notebooks 06 20 25 --slow 5

Its functions, its instances and the measurement of `start()` are all of the copy, and so is its kit's
folder: nothing of this checkout is changed, and nothing of a learner's.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.environment import ROOT

LLAMA = Path("gateway/functions/model/local/llama.py")
# llama.cpp calls this with each token, and waits for it.
TOKEN = "        def take(chunk: dict[str, Any]) -> bool:\n"
SLEEP = "            __import__('time').sleep({seconds})\n"
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc")
# What a page runs with. Notebooks are this checkout's own, for they do not know where they are.
PARTS = ("gateway", "lab", "sandbox", "tools")
SECONDS_A_CELL = 900  # at a token a second, an answer of a page takes minutes


@dataclass(frozen=True)
class Slow:
    """The copy: where the kit's folder of its runs is, and what reaches the copy, as environment."""

    home: Path
    env: dict[str, str]


@contextmanager
def slowed(rate: float) -> Iterator[Slow]:
    """Make the copy; at the end its sandbox is stopped, and the copy is gone.

    Args:
        rate: tokens a second that the model writes at most: this machine may be slower by itself.

    Raises:
        ValueError: a model writes more than no token a second.
    """
    if rate <= 0:
        raise ValueError(f"{rate:g} tokens a second: the model would never write one")
    with tempfile.TemporaryDirectory(prefix="slow-") as folder:
        copy, home = Path(folder, "kit"), Path(folder, "home")
        for part in PARTS:
            shutil.copytree(ROOT / part, copy / part, ignore=LEFT_OUT)
        slow_down(copy / LLAMA, rate)
        env = {"PYTHONPATH": str(copy)}
        try:
            yield Slow(home, env)
        finally:
            subprocess.run(
                [sys.executable, "-m", "sandbox", "stop"],
                cwd=copy, env={**os.environ, **env, "KIT_HOME": str(home)}, check=False,
                stdout=subprocess.DEVNULL,
            )  # fmt: skip


def slow_down(file: Path, rate: float) -> None:
    """Have the model sleep between two tokens.

    Raises:
        ValueError: the file does not say any more where a token is taken.
    """
    text = file.read_text("utf-8")
    if text.count(TOKEN) != 1:
        raise ValueError(f"{file.name} has no line {TOKEN.strip()!r}: say here what it has now")
    file.write_text(text.replace(TOKEN, TOKEN + SLEEP.format(seconds=1 / rate)), "utf-8")
