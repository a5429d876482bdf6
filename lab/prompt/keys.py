"""The key that a prompt carries: a team's, from the stack's secret outputs, or one that is given."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from lab.errors import LabError
from lab.prompt.request import Secret
from lab.session import session

OUTPUT = "team_keys"
VARIABLE = "LLM_GATEWAY_KEY"  # what snippets read the key from


def headers(key: str | None = None, url: str | None = None) -> dict[str, Secret]:
    """The header that says who asks; {} while nothing wants to know.

    Args:
        key: a team's name, or a key itself. None: the key of the stack's first team, if it has
            any. "": none, to see the refusal.
        url: where the request goes. Keys of the stack go to the stack's own URL (None) only.

    Raises:
        LabError: the key cannot be sent.
    """
    if key == "":
        return {}
    teams = team_keys() if url is None or session.serves(url) else {}
    if key is None:
        return bearer(next(iter(teams.values()))) if teams else {}
    return bearer(teams.get(key, key))


def bearer(value: str) -> dict[str, Secret]:
    """`Authorization: Bearer VALUE`, whose value no form of a request shows.

    Raises:
        LabError: no HTTP header can hold it. The message does not have it either.
    """
    if not re.fullmatch(r"[!-~]+", value):
        raise LabError(
            "This key has characters that no key has: spaces, line ends or letters beyond ASCII.",
            "Copy it again, or leave `key` out: then it is the one of the stack's first team.",
        )
    return {"Authorization": Secret(value, VARIABLE, "Bearer ")}


def team_keys() -> dict[str, str]:
    """Each team's key by the team's name, the first team first; {} when the stack has none."""
    stack = session.current().stack
    covered = stack.outputs().get(OUTPUT)
    return _revealed(covered, stack.reveal) if covered else {}


# What the state had when the engine was asked the last time, and the keys: asking takes 0.4 s.
_last: list[Any] = ["", {}]


def _revealed(covered: Any, reveal: Any) -> dict[str, str]:
    mark = json.dumps(covered, sort_keys=True)
    if _last[0] != mark:
        found = reveal(OUTPUT)
        pairs = found.items() if isinstance(found, Mapping) else ()
        _last[:] = [mark, {str(team): str(value) for team, value in pairs}]
    return dict(_last[1])
