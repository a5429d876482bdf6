"""How long a resource usually takes: from its earlier times, which the kit's folder keeps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from statistics import median

from lab.deploy.rows import Row
from sandbox.home import read_json, write_json

FILE = "times.json"  # in the kit's folder
LAST = 5  # times of a resource that are kept
MOST = 500  # resources whose times are kept, the latest
TOLD = 1.0  # seconds; what takes less is over before anybody has read how long it takes

Times = dict[str, list[float]]


def read(file: Path) -> Times:
    """All times; none where there is no file, or where it cannot be read."""
    try:
        return {key: [float(one) for one in times] for key, times in read_json(file).items()}
    except (ValueError, TypeError):
        return {}


def usual(times: Mapping[str, list[float]], target: str) -> dict[str, float]:
    """The seconds that each resource of a target usually takes, where it is worth telling."""
    beginning = f"{target} "
    found = {
        key.removeprefix(beginning): median(last)
        for key, last in times.items()
        if last and key.startswith(beginning)
    }
    return {key: seconds for key, seconds in found.items() if seconds >= TOLD}


def keep(file: Path, target: str, rows: Iterable[Row]) -> None:
    """Add how long these rows took. A file that cannot be written costs a word, and no deployment."""
    done = [row for row in rows if row.status == "done" and row.changed and row.seconds is not None]
    if not done:
        return
    times = read(file)
    for row in done:
        key = f"{target} {row.what}"
        last = times.pop(key, [])  # put at the end: the first of them are the oldest
        times[key] = [*last, round(row.seconds or 0.0, 2)][-LAST:]
    kept = dict(list(times.items())[-MOST:])
    with suppress(OSError):
        write_json(file, kept)
