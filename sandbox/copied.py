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

from sandbox.home import Home, read_json, write_json

NAME = "home.json"


def settle(place: Home) -> str:
    """Give a copy what must be its own; to be called before its sandbox is looked for.

    A home that was moved keeps all it has: what it was moved from is not there any more.

    Returns:
        What was found, as a line for the user; "" for a home that is where it was.
    """
    known = read_json(place.path / NAME)
    mine = {"path": str(place.path), "user": _user()}
    if known and {name: known.get(name) for name in mine} == mine:
        return ""
    write_json(place.path / NAME, {**mine, "id": secrets.token_hex(8)})
    if not known or not _is_copy(known, mine):
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
    there: dict[str, object] = {}
    with suppress(OSError):
        there = read_json(Path(str(known.get("path"))) / NAME)
    return there.get("id") == known.get("id")


def _user() -> int:
    """The number of this user; the same for all on Windows, where a profile has its own folder."""
    return os.geteuid() if hasattr(os, "geteuid") else 0
