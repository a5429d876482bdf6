"""Look again at the answers of a hand-in file, in a process that reaches nothing and ends soon.

    python -m tools.workshop.verify < handed_in.json

Answers that are data are graded again. One that is code would have to be run: that is done only
with --run-code, for it is a stranger's. The process has no network, little memory and little time,
and nothing of the trainer's environment; whoever wants more runs it as a user of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from lab.exercise.exercises import exercises
from lab.exercise.state import RIGHT, judge
from lab.marks.answers import rebuilt
from lab.predictions.questions import QUESTIONS

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 60  # for one file
MEMORY = 2 * 1024**3  # bytes
VERIFIED, CLAIMED, FALSE = "verified", "claimed", "false"


def verify(events: list[dict[str, Any]], *, run_code: bool = False) -> dict[str, str]:
    """What becomes of each answer that is said to be right: exercise or prediction -> verdict.

    Args:
        events: of a hand-in file.
        run_code: whether functions that learners wrote are run, too.

    Returns:
        `verified`, `false`, or `claimed` where it cannot be told here.
    """
    told: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", "tools.workshop.verify", *["--run-code"] * run_code]
        try:
            done = subprocess.run(
                command, input=json.dumps(events), cwd=ROOT, text=True, env=bare(home),
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=SECONDS, check=False,
            )  # fmt: skip
            lines = done.stdout.splitlines()
        except subprocess.TimeoutExpired as late:
            output = late.stdout or b""
            lines = (output.decode() if isinstance(output, bytes) else output).splitlines()
    # Whoever's code ran there may have printed anything: only a verdict on what was asked counts,
    # and of several the one that is worse for it.
    asked = {name_of(event) for event in events if said_right(event)}
    for line in lines:
        name, _, verdict = line.partition(" ")
        if name in asked and verdict in (VERIFIED, CLAIMED, FALSE):
            told[name] = FALSE if told.get(name) == FALSE else verdict
    return {name: told.get(name, CLAIMED) for name in sorted(asked)}


def said_right(event: dict[str, Any]) -> bool:
    """Whether an event says that something was right."""
    if event["kind"] == "check":
        return event.get("verdict") == RIGHT and isinstance(event.get("exercise"), str)
    return event["kind"] == "predict" and event.get("right") is True


def name_of(event: dict[str, Any]) -> str:
    """The exercise's number, or the prediction's with a p before it."""
    return str(event["exercise"]) if event["kind"] == "check" else f"p{event.get('question')}"


def bare(home: str) -> dict[str, str]:
    """An environment without the trainer's keys, proxies and homes."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return {**kept, "HOME": home, "KIT_HOME": home, "PYTHONDONTWRITEBYTECODE": "1"}


def again(event: dict[str, Any], run_code: bool) -> str:
    """Grade one answer again."""
    if event["kind"] == "predict":
        found = next((one for one in QUESTIONS if one.id == event.get("question")), None)
        right = [option.text for option in found.options if option.right] if found else []
        return VERIFIED if event.get("answer") in right else FALSE
    answer, exercise = event.get("answer"), exercises().get(str(event["exercise"]))
    if exercise is None:
        return FALSE
    if exercise.calls:
        return CLAIMED  # what was deployed is not here
    if not isinstance(answer, dict) or answer.get("form") not in ("data", "answer", "code"):
        return CLAIMED
    if answer["form"] == "code" and not run_code:
        return CLAIMED
    try:
        value = rebuilt(answer)
    except Exception:  # noqa: BLE001 - whatever it raises, it is not what was handed in
        return FALSE
    outputs = event.get("outputs")
    verdict = judge(exercise, value, outputs if isinstance(outputs, dict) else {}).verdict
    return VERIFIED if verdict == RIGHT else FALSE  # a blank, too


def shut_in() -> None:
    """No network, little memory, few seconds, for the rest of this process."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError("a hand-in file is looked at without a network")

    for name in ("connect", "connect_ex", "sendto", "bind"):
        setattr(socket.socket, name, refuse)
    with suppress(ImportError, ValueError, OSError):  # not on Windows
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def main(arguments: list[str]) -> int:
    """Read events, print a verdict a line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run-code", action="store_true")
    run_code = parser.parse_args(arguments).run_code
    events = json.load(sys.stdin)
    exercises()  # before the walls: it reads and loads
    shut_in()
    answers = os.fdopen(os.dup(1), "w")
    # What learners' code prints is no verdict.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    for event in events:
        if said_right(event):
            print(name_of(event), again(event, run_code), file=answers, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
