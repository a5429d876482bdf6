"""The files of a stack, put right where a kill, a full disk or a hand left half of one.

Nobody else may work on the stack meanwhile: lab.session.turns sees to that.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from lab.session import files
from lab.session.stack import Stack

SALT = "encryptionsalt"
LAYOUT = "version: 1\n"
WRITTEN = 1.0  # seconds after which a file is not one that an engine is writing


def mend(stack: Stack) -> list[str]:
    """Put right what is torn; what was done, a line each for who reads the record."""
    told = []
    if any([_torn_notes(stack), _layout(stack)]):
        told.append("An earlier run was cut off while it saved; the state was put right.")
    told += _state(stack)
    return told + settings(stack)


def _torn_notes(stack: Stack) -> bool:
    """Take away the engine's attributes and half-written locks.

    It writes a file at one stroke, from one that ends in .tmp, and beside it, unless the kit's
    address of the states is used, a file of attributes. Empty, these make it refuse to work;
    missing, they are not missed.
    """
    torn = [
        path
        for path in stack.state_file.parent.glob(f"{stack.name}.json*.attrs")
        if not files.is_json(path)
    ]
    torn += [
        path
        for path in stack.locks.glob("*")
        if path.suffix in (".tmp", ".attrs")
        and not files.is_json(path)
        and files.age(path) > WRITTEN
    ]
    for path in torn:
        path.unlink(missing_ok=True)
    return bool(torn)


def _layout(stack: Stack) -> bool:
    """Write anew how states are laid out: one folder a project, as in every backend of the kit.

    Cut, it makes the engine refuse to work; missing, the engine looks where no stack is.
    """
    known = files.read_yaml(stack.layout) or {}
    if not stack.layout.parent.is_dir() or isinstance(known.get("version"), int):
        return False
    files.write(stack.layout, LAYOUT)
    return True


def _state(stack: Stack) -> list[str]:
    """Put the best checkpoint in the place of a state that cannot be read, or that is gone.

    A state that the learner removed (`pulumi stack rm`) took the stack's settings with it.
    """
    file = stack.state_file
    if checkpoint(file) is not None or not (file.exists() or _salt(stack.settings)):
        return []
    best = next((path for path in _earlier(stack) if checkpoint(path) is not None), None)
    if best is None:
        return []
    when = time.strftime("%H:%M:%S", time.localtime(best.stat().st_mtime))
    aside = files.set_aside(file)
    files.write(file, best.read_text("utf-8"))
    file.with_name(file.name + ".attrs").unlink(missing_ok=True)
    # What was deployed after that checkpoint is in no state: the cloud is asked.
    stack.forget()
    what = f"was damaged (it is kept as {aside.name})" if aside else "was gone"
    return [f"The state {what}; it was put right with the one of {when}, {best.name}."]


def _earlier(stack: Stack) -> Iterator[Path]:
    """The engine's own copies of the state, the newest first."""
    kept = [stack.state_file.with_name(stack.state_file.name + ".bak")]
    kept += stack.backups.glob(f"{stack.name}.*.json")
    yield from sorted((path for path in kept if path.exists()), key=_written, reverse=True)


def _written(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def checkpoint(path: Path) -> dict[str, Any] | None:
    """The checkpoint in a file, {} of a stack that is new; None when it is cut or gone."""
    try:
        latest = json.loads(path.read_text("utf-8"))["checkpoint"].get("latest")
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return latest if isinstance(latest, dict) else {}


def settings(stack: Stack) -> list[str]:
    """Put right the stack's settings: a file that is no YAML, or lost the salt that the state has."""
    file = stack.settings
    found = files.read_yaml(file)
    told = []
    if found is None:
        aside = files.set_aside(file)
        told.append(
            f"{file.name} was damaged: it is kept as {aside.name if aside else file.name}. "
            "Set anew what you had set with `pulumi config set`."
        )
    known = found or {}
    salt = _salt_of_state(stack)
    if salt and salt != known.get(SALT) and salt.startswith(str(known.get(SALT) or "")):
        files.write(file, yaml.safe_dump({**known, SALT: salt}, sort_keys=False))
        told = told or [f"{file.name} had lost the salt of its secrets; the state has it."]
    return told


def _salt(file: Path) -> str:
    return str((files.read_yaml(file) or {}).get(SALT) or "")


def _salt_of_state(stack: Stack) -> str:
    """The salt with which the state's secrets are locked; "" where it has none."""
    provider = (checkpoint(stack.state_file) or {}).get("secrets_providers")
    if not isinstance(provider, dict) or provider.get("type") != "passphrase":
        return ""
    return str((provider.get("state") or {}).get("salt") or "")
