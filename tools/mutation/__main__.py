"""Proof that the tests can fail: faults are put into the code, and the tests have to find them.

    python -m tools.mutation lab                    a scope of [tool.mutation] in pyproject.toml
    python -m tools.mutation lab lab/logs/state.py  some of its modules
    python -m tools.mutation lab --survivors        only what survived the last time

No file is changed. What survived is printed, and kept in build/mutation/. Exit code 1: less than
the scope's `least` was found. Needs a system that can fork (Linux, macOS).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import pickle
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from tools.environment import ROOT
from tools.mutation.processes import HUNG

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

OPERATORS = ROOT / ".venv-mutation"  # mutmut and what it needs, apart from the kit's own packages
INSTALL = (
    "python -m pip install --no-deps --require-hashes"
    " --target .venv-mutation -r tests/mutation/requirements.lock"
)
KEPT = ROOT / "build" / "mutation"


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    scopes = tomllib.loads(text)["tool"]["mutation"]
    parser = argparse.ArgumentParser(prog="python -m tools.mutation")
    parser.add_argument("scope", choices=scopes)
    parser.add_argument("modules", nargs="*", help="files of the scope; all if left out")
    parser.add_argument("--sample", type=int, default=50, help="faults a module, at most")
    parser.add_argument("--seconds", type=float, help="of tests a fault, the quickest; else all")
    parser.add_argument("--seed", type=int, default=1, help="of the random choice")
    parser.add_argument(
        "--survivors",
        action="store_true",
        help="only those of the last run; the score is that of all its faults",
    )
    chosen = parser.parse_intermixed_args(arguments)
    if not OPERATORS.is_dir():
        raise SystemExit(f"error: mutmut's operators are not here. Fix: {INSTALL}")
    KEPT.mkdir(parents=True, exist_ok=True)
    found = [
        one
        for room in scopes[chosen.scope]["rooms"]
        if (modules := [each for each in room["modules"] if each in chosen.modules])
        or not chosen.modules
        for one in _hunted(room, modules or room["modules"], chosen)
    ]
    return int(_report(found) < scopes[chosen.scope]["least"])


def _hunted(
    room: dict[str, Any], modules: list[str], chosen: argparse.Namespace
) -> list[dict[str, Any]]:
    """What became of the faults of a room's modules."""
    faults = [
        (module, fault)
        for module in modules
        for fault in _faults_of(module, chosen.sample, chosen.seed)
        if not chosen.survivors or _key(module, fault) in _survivors(module)
    ]
    if not faults:
        return [one for module in modules for one in _last(module)] if chosen.survivors else []
    from tools.mutation.hunt import Hunt

    loud = os.fdopen(os.dup(1), "w", buffering=1)  # pytest keeps what is printed while it runs
    loud.write(f"{len(faults)} faults for {' '.join(room['tests'])}\n")
    shown = [(str(ROOT / module), fault) for module, fault in faults]
    hunt = Hunt(shown, room["tests"], room.get("without", []), loud.write, chosen.seconds)
    found = [
        {"module": module, "fault": _key(module, fault), "verdict": verdict, "by": by}
        for (module, fault), (verdict, by) in zip(faults, hunt.run())
    ]
    if chosen.survivors:  # the others were found the last time
        found += [one for module in modules for one in _last(module) if one["verdict"] == "killed"]
    for module in modules:
        mine = [one for one in found if one["module"] == module]
        _kept(module).write_text(json.dumps(mine, indent=1), encoding="utf-8")
    return found


def _key(module: str, fault: Any) -> str:
    return f"{module}:{fault.line}: {fault.change} [{fault.operator}]"


def _kept(module: str) -> Path:
    return KEPT / f"{module.replace('/', '.')}.json"


def _last(module: str) -> list[dict[str, Any]]:
    """What became of the module's faults the last time."""
    return json.loads(_kept(module).read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def _survivors(module: str) -> set[str]:
    return {one["fault"] for one in _last(module) if one["verdict"] != "killed"}


def _faults_of(module: str, sample: int, seed: int) -> list[Any]:
    """A module's faults; kept, for they take some seconds."""
    if str(OPERATORS) not in sys.path:
        sys.path.append(str(OPERATORS))
    from tools.mutation import faults

    text = (ROOT / module).read_text(encoding="utf-8")
    name = hashlib.sha256(f"{sample} {seed} {text}".encode()).hexdigest()[:24]
    kept = KEPT / f"{name}.pickle"
    if not kept.exists():
        kept.write_bytes(pickle.dumps(list(faults.of(text, sample, seed))))
    return pickle.loads(kept.read_bytes())


def _report(found: list[dict[str, Any]]) -> float:
    """Prints what survived and the score of each module; the share that was killed."""
    modules: dict[str, list[bool]] = defaultdict(list)
    for one in found:
        modules[one["module"]].append(one["verdict"] == "killed")
        if one["verdict"] != "killed":
            print(f"{one['verdict']}: {one['fault']}")
    for module, killed in sorted(modules.items()):
        share = 100 * sum(killed) / len(killed)
        print(f"{sum(killed):5} of {len(killed):4} {share:4.0f} % {module}")
    if hung := sum(one["by"] == HUNG for one in found):
        print(f"{hung:5} of the found did not end")
    killed = [each for one in modules.values() for each in one]
    share = 100 * sum(killed) / max(len(killed), 1)
    print(f"{sum(killed):5} of {len(killed):4} {share:4.1f} % in all")
    return share


if __name__ == "__main__":
    sys.exit(main())
