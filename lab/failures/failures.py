"""`failures`: runs gateway's table of conditions, in a process of its own, and shows it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from lab.draw.clock import now
from lab.draw.view import Display
from lab.failures.state import Failures
from lab.failures.view import FailuresView

PROGRAM = Path(__file__).resolve().parents[2] / "gateway" / "tests" / "conditions.py"


def failures() -> FailuresView:
    """Provoke each way in which a backend fails, with the code that is deployed.

    Two small web servers of this machine play the backends. Nothing that is deployed is asked.

    >>> [row.saw for row in failures().rows if row.name == "slow first token"]
    ['200 by second']
    """
    made = Failures(state="running", when=now())
    view = FailuresView(made)
    with Display(view) as display:
        command = [sys.executable, str(PROGRAM)]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
        ) as process:
            assert process.stdout and process.stderr
            for line in process.stdout:
                made.add(json.loads(line))
                display.draw()
            problem = process.stderr.read().strip().splitlines()
        made.state = "failed" if process.returncode else "done"
        made.problem = problem[-1] if process.returncode and problem else ""
    view.shown()
    return view
