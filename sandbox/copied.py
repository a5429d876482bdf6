"""A home that was copied from another one: it gets ports, and a key, of its own.

A trainer prepares one home and copies it to every learner; somebody copies a checkout to try
something. Both sandboxes would want the same ports, each would take the other for its own, and one
key would open both.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from sandbox.home import CHECKOUT, Home, read_json, write_json
from sandbox.record import CloudError

NAME = "home.json"


def settle(place: Home) -> str:
    """Give a copy what must be its own; to be called before its sandbox is looked for.

    A home that was moved keeps all it has: what it was moved from is not there any more.

    Returns:
        What was found, as a line for the user; "" for a home that is where it was.

    Raises:
        CloudError: another version of the kit, which is still there, has this home.
    """
    known = read_json(place.path / NAME)
    other = str(known.get("kit") or CHECKOUT)
    if other != str(CHECKOUT) and (Path(other) / "sandbox" / "home.py").exists():
        raise CloudError(
            f"{place.path} belongs to the kit in {other}, and this is the one in {CHECKOUT}: two "
            "versions would undo each other's work. Fix: unset KIT_HOME, or set it to a folder for "
            "each, as with: export KIT_HOME=~/.gateway-course-2"
        )
    mine = {"path": str(place.path), "user": _user(), "kit": str(CHECKOUT)}
    if known and {name: known.get(name) for name in mine} == mine:
        return ""
    copied = bool(known) and _is_copy(known, mine)
    id = secrets.token_hex(8) if copied or not known else known.get("id")
    write_json(place.path / NAME, {**mine, "id": id})
    if not copied:
        return ""
    for file in (place.record, place.ports, place.root_key):
        file.unlink(missing_ok=True)
    return (
        f"This kit's folder is a copy of {known.get('path')}: its sandbox gets ports and a key of "
        "its own. What is deployed is a copy, too; its URLs change with the next up()."
    )


def _is_copy(known: dict[str, object], mine: dict[str, object]) -> bool:
    """Whether the other home is still there; that of another user cannot be seen, and counts."""
    if known.get("user") != mine["user"]:
        return True
    if known.get("path") == mine["path"]:
        return False  # the kit was moved, and its home was not
    there: dict[str, object] = {}
    with suppress(OSError):
        there = read_json(Path(str(known.get("path"))) / NAME)
    return there.get("id") == known.get("id")


def _user() -> int:
    """The number of this user; the same for all on Windows, where a profile has its own folder."""
    return os.geteuid() if hasattr(os, "geteuid") else 0
