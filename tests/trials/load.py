"""Load: a flood of prompts and streams, and the memory that many operations take."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import requests

from lab.course import that_makes
from lab.session import session
from tests.trials.kit import Kit, quiet, until

CHAPTER = that_makes("streaming").number
FLOOD = 50
LEAVES = 30.0  # seconds after which a caller of the flood goes away
NEXT = 10.0  # seconds within which the next prompt is answered
BACK = 120.0  # seconds until memory is back: environments that nobody needs live for a minute
# What the program limits, as configured here: it is the sandbox that has to bear this.
LIMITS = (
    *("gateway:teamRate", "gateway:teamBurst", "gateway:teamQuota", "gateway:tokensPerDay"),
    *("gateway:stageRate", "gateway:stageBurst", "gateway:promptRate", "gateway:promptBurst"),
)
OPERATIONS = 200
SLOPE = 30.0  # kB an operation that the server, the provider or the kit's folder may grow


def flooded(home: Kit) -> str:
    """Many at once; then the next prompt is answered, and memory is what it was."""
    with quiet():
        opened = session.open_session(CHAPTER)
        opened.stack.config |= dict.fromkeys(LIMITS, str(10**6))
        opened.stack.prepare()
        outputs = session.up().outputs
    caller = {"Authorization": f"Bearer {outputs['team_keys'].reveal()['blue']}"}
    url = outputs["invoke_url"]
    _ask(url, caller, 60)
    model = requests.get(f"{url}/models", headers=caller, timeout=60).json()["data"][0]["id"]
    before = _megabytes(home)
    with ThreadPoolExecutor(2 * FLOOD) as pool:
        calls = [pool.submit(_ask, url, caller, LEAVES) for _ in range(FLOOD)]
        calls += [pool.submit(_stream, url, caller, model, LEAVES) for _ in range(FLOOD)]
        counted = Counter(call.result() for call in calls)
    began = time.monotonic()
    answer = _ask(url, caller, NEXT)
    took = time.monotonic() - began
    print(f"  answers {dict(counted)}; the next after {took:.1f} s: {answer}", flush=True)
    if answer != "200":
        return f"the next prompt: {answer} after {took:.1f} s"
    back = until(lambda: _megabytes(home) < before * 1.2 + 50, BACK)
    print(f"  memory {before:.0f} MB before, {_megabytes(home):.0f} MB after", flush=True)
    return "" if back else "memory is not back"


def _ask(url: str, caller: dict[str, str], patience: float) -> str:
    return _told(f"{url}/model", {"prompt": "Say a word.", "max_tokens": 8}, caller, patience)


def _stream(url: str, caller: dict[str, str], model: str, patience: float) -> str:
    message = {"role": "user", "content": "Say a word."}
    body = {"model": model, "messages": [message], "max_tokens": 8, "stream": True}
    return _told(f"{url}/chat/completions", body, caller, patience)


def _told(url: str, body: dict[str, Any], caller: dict[str, str], patience: float) -> str:
    """The status of an answer that came to its end, or how it did not."""
    try:
        return str(requests.post(url, json=body, headers=caller, timeout=patience).status_code)
    except requests.RequestException as error:
        return type(error).__name__


def _megabytes(home: Kit) -> float:
    total = 0.0
    for one in home.family():
        with suppress(psutil.Error):  # it has ended
            total += one.memory_info().rss / 1e6
    return total


def slope(home: Kit) -> str:
    """What server, provider and the kit's folder grow by in an operation, after the first quarter."""
    home.up()
    seen: dict[str, list[float]] = {"server": [], "provider": [], "folder": []}
    for _ in range(OPERATIONS):
        home.up()
        provider = home.provider()
        assert provider
        seen["server"].append(home.family()[0].memory_info().rss / 1e3)
        seen["provider"].append(provider.memory_info().rss / 1e3)
        seen["folder"].append(_kilobytes(home.home))
    grown = {
        name: (values[-1] - values[OPERATIONS // 4]) / (OPERATIONS * 3 / 4)
        for name, values in seen.items()
    }
    print("  " + ", ".join(f"{name} {kb:+.1f} kB/operation" for name, kb in grown.items()))
    return "; ".join(f"the {name} grows" for name, kb in grown.items() if kb > SLOPE)


def _kilobytes(folder: Path) -> float:
    found = 0
    for path in folder.rglob("*"):
        with suppress(OSError):  # it was put away meanwhile
            found += path.lstat().st_size
    return found / 1e3
