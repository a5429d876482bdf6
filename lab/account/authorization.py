"""What AWS's Service Authorization Reference says of the actions that the tables have."""

from __future__ import annotations

import functools
import json
from pathlib import Path

FILE = Path(__file__).with_name("authorization.json")
LOOKS = ("List", "Read")  # access levels of what changes nothing


@functools.cache
def known() -> dict[str, list[str]]:
    """By action: its access level, and how the ARNs of its resources begin, after the account.

    Made by `python -m tools.facts.authorization`. No ARN: AWS asks for the right without a resource.
    """
    found: dict[str, list[str]] = json.loads(FILE.read_text(encoding="utf-8"))["actions"]
    return found


def looks(action: str) -> bool:
    """Whether an action changes nothing."""
    return known()[action][0] in LOOKS
