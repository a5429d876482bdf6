"""make check-room: one line for a machine of a workshop: ready, or what is missing, with the fix.

It looks at the machine, then does what a learner will do: starts a sandbox in a folder of its own,
deploys a model's function, asks it. Nothing of that is left. `--json` is for the trainer's list.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psutil

from lab.preflight import preflight
from lab.preflight.state import FAIL, judge
from sandbox.home import CHECKOUT
from sandbox.home import home as own_home

MEMORY = 1.5  # GiB free: notebook server, kernel, sandbox, model, and a browser's tab
SLOW = 8.0  # tokens a second: below, an answer of 64 tokens takes more than 8 s
SLOW_UP = 60.0  # seconds for the first deployment
STORY = "Tell me a long story about the sea."
BROWSERS = (
    *("firefox", "chromium", "chromium-browser", "google-chrome", "microsoft-edge"),
    *("/Applications/Safari.app", "/Applications/Google Chrome.app", "/Applications/Firefox.app"),
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
PROXIES = ("https_proxy", "http_proxy", "all_proxy")


@dataclass
class Room:
    """What was found on one machine.

    Attributes:
        missing: what stands in the way, each with its fix.
        notes: what is worth knowing, and does not.
        seconds: how long starting, deploying and the first answer took.
        tokens_per_second: how fast the model writes; None when it did not get so far.
    """

    machine: str = ""
    missing: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    tokens_per_second: float | None = None

    @property
    def ready(self) -> bool:
        """Whether a learner can sit down."""
        return not self.missing

    def line(self) -> str:
        """The one line."""
        if self.missing:
            return f"NOT READY  {self.machine}: " + "; ".join(self.missing)
        took = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in self.seconds.items())
        speed = f"{self.tokens_per_second:.0f} tokens/s"
        return f"READY  {self.machine}: " + "; ".join([f"{took}, {speed}", *self.notes])


def main(arguments: list[str]) -> int:
    """Check, and print one line. 0: ready."""
    parser = argparse.ArgumentParser(prog="make check-room", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object in place of the line")
    chosen = parser.parse_args(arguments)
    room = Room(machine=f"{platform.node()} ({platform.system()} {platform.machine()})")
    look(room)
    if room.ready:
        try_out(room, say=lambda text: print(text, file=sys.stderr, flush=True))
    print(json.dumps({"ready": room.ready, **asdict(room)}) if chosen.json else room.line())
    return 0 if room.ready else 1


def look(room: Room, environ: Any = os.environ) -> None:
    """Look at what can be seen without starting anything; a second."""
    for line in judge(preflight.gather()):
        if line.state == FAIL:
            room.missing.append(f"{line.name}: {line.found}. Fix: {line.fix}")
    free = psutil.virtual_memory().available / 2**30
    if free < MEMORY:
        room.missing.append(
            f"memory: {free:.1f} GiB free of {MEMORY}. Fix: close other programs, or restart"
        )
    if not any(shutil.which(name) or Path(name).exists() for name in BROWSERS):
        room.notes.append("no browser of a known name: open the printed address in yours")
    given = [name for name in PROXIES if environ.get(name) or environ.get(name.upper())]
    if given:
        room.notes.append(f"{given[0]} is set: the kit goes around it for this machine alone")


def try_out(room: Room, say: Any) -> None:
    """Start a sandbox, deploy, ask, in a home that is removed; what fails is what is missing."""
    # On the disk where the learner's own folder is, or will be: its space, its locks, its speed.
    home = Path(tempfile.mkdtemp(prefix="room-", dir=preflight.existing(own_home())))
    # One variable decides where all of the kit is, so it is set before the lab is loaded.
    os.environ.update(KIT_HOME=str(home), KIT_TARGET="sandbox", KIT_STACK="room")
    from sandbox import cloud

    try:
        use(room, say)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what a learner would meet
        room.missing.append(f"a first try: {type(error).__name__}: {reason(str(error))}")
    finally:
        cloud.stop(home)
        shutil.rmtree(home, ignore_errors=True)


def reason(text: str) -> str:
    """An error on a line, with its own fix, or where to look for one."""
    lines = text.strip().splitlines() or [""]
    fix = next((line for line in lines[1:] if line.lower().startswith("fix:")), "")
    said = " ".join([lines[0], fix.replace("fix:", "Fix:", 1)]).strip()
    if "Fix:" in said:
        return said
    return f"{said.rstrip('.')}. Fix: search {CHECKOUT / 'TROUBLESHOOTING.md'} for it"


def use(room: Room, say: Any) -> None:
    """What a learner does first, timed."""
    from contextlib import redirect_stdout
    from io import StringIO

    import requests

    from lab.session import session
    from sandbox import cloud

    def timed(name: str, work: Any) -> Any:
        say(f"{name} ...")
        begun = time.monotonic()
        with redirect_stdout(StringIO()):
            done = work()
        room.seconds[name] = time.monotonic() - begun
        return done

    timed("start", cloud.start)
    timed("first up", lambda: (session.open_session(6), session.up(6)))
    url = session.outputs()["model_url"]

    def ask(tokens: int) -> dict[str, Any]:
        body: dict[str, Any] = {"prompt": STORY, "max_tokens": tokens}
        answer = requests.post(url, json=body, timeout=120)
        answer.raise_for_status()
        return dict(answer.json())

    timed("first answer", lambda: ask(1))
    begun = time.monotonic()
    written = timed("64 tokens", lambda: ask(64))["usage"]["completion_tokens"]
    room.tokens_per_second = written / (time.monotonic() - begun)
    if room.tokens_per_second < SLOW or room.seconds["first up"] > SLOW_UP:
        room.notes.append("slow: close other programs, plug it in; each page still works")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
