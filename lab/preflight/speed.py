"""How fast this machine writes: measured once a day, so that cells ask a slow one for less.

The model is loaded in a process of its own: without AVX2, that would end the one that loads it.

How long cells and the kit wait is the same on every machine, 35 seconds or 60: API Gateway gives up
after 29 whatever a client does, so that to wait longer would change nothing, and an answer that fits
into 29 comes. Of a stream, it is the time between two pieces. What has to fit is how much is asked
for; tests/tools/test_slow_machines.py holds each page to that at five tokens a second.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

from sandbox.home import CHECKOUT, home

KNOWN = "KIT_SPEED"  # tokens a second, for a machine that is not to be measured
FILE = "speed.json"
FRESH = 86_400.0  # seconds that a measurement holds
LIMIT = 60.0  # seconds for it, the start of the model included
SLOW = 15.0  # tokens a second; below that, waiting is what a learner notices
PATIENCE = 6.0  # seconds that an answer may take which only has to be long
MEASURE = """\
import json, sys, time
sys.path.insert(0, sys.argv[1])
import api, handler

def ask(tokens):
    body = json.dumps({"prompt": "Tell me a story about the sea.", "max_tokens": tokens}).encode()
    began = time.perf_counter()
    answer = api.route("POST", "/model", body, handler.MODEL).body
    return time.perf_counter() - began, answer["usage"]["completion_tokens"]

ask(1)
(short, few), (long, many) = ask(1), ask(17)
print((many - few) / max(long - short, 1e-6))
"""


def speed(*, measure: bool = False) -> float | None:
    """Tokens a second that the model writes on this machine; None where that is not known.

    Args:
        measure: whether to measure it where it is not known, or was measured too long ago.
    """
    if told := os.environ.get(KNOWN):
        return float(told)
    known = _known()
    if not measure or known is not None:
        return known
    found = _measured()
    if found is not None:
        note = {"tokens_per_second": found, "at": time.time()}
        home().mkdir(parents=True, exist_ok=True)
        (home() / FILE).write_text(json.dumps(note), encoding="utf-8")
    return found


def tokens(usual: int, *, within: float = PATIENCE) -> int:
    """So many tokens; on a slow machine fewer, as many as it writes in six seconds.

    Args:
        within: other seconds than six. API Gateway waits for 29, whatever a client would.

    >>> tokens(128)
    128
    """
    found = speed()
    return usual if found is None else max(8, min(usual, int(found * within)))


def told(found: float | None) -> str:
    """The speed in words; empty where it is not known."""
    return "" if found is None else f"writes about {found:.0f} tokens a second here"


def warning(found: float | None) -> tuple[str, str] | None:
    """What to expect of a slow machine, and what helps; None for one that is fast enough."""
    if found is None or found >= SLOW:
        return None
    what = f"This machine is slow: about {100 / found:.0f} s for an answer of 100 tokens."
    return what, "Close what else is running. Cells that want long answers ask for shorter ones."


def _known() -> float | None:
    try:
        note = json.loads((home() / FILE).read_text(encoding="utf-8"))
        fresh = time.time() - float(note["at"]) < FRESH
        return float(note["tokens_per_second"]) if fresh else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _measured() -> float | None:
    code = CHECKOUT / "gateway" / "functions" / "model"
    try:
        done = subprocess.run(
            [sys.executable, "-c", MEASURE, str(code)],
            capture_output=True, text=True, timeout=LIMIT, check=True,
        )  # fmt: skip
        return float(done.stdout.split()[-1])
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        return None  # what is wrong with the model, the preflight or its first answer says
