"""The tools that a request offers, and which of them the answer may or must call."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

import checks
from checks import wrong
from errors import ApiError
from guide.schemas import held
from inner import Tool

TOOLS = 128  # as with OpenAI
NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
NOTHING = {"type": "object", "properties": {}}  # the parameters of a function that has none

Word = Literal["auto", "none", "required"]


@dataclass(frozen=True)
class Choice:
    """What a request says of calls: whether, and of which tools. No names: of all."""

    word: Word = "auto"
    names: tuple[str, ...] = ()
    parallel: bool = True


@dataclass(frozen=True)
class Offer:
    """What `tools` holds: those that a client runs, and the kinds that nobody runs here."""

    tools: tuple[Tool, ...] = ()
    dropped: tuple[str, ...] = ()


def tool(given: dict[str, Any], schema: str, param: str) -> Tool:
    """A tool that a client runs; `schema` is the name of the field with its arguments' schema."""
    name = given.get("name")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise wrong(f"{param}.name", name, "1 to 64 letters, digits, _ or -")
    about = given.get("description") or ""
    description = checks.text(about, f"{param}.description", empty=True)
    parameters = held(given.get(schema) or NOTHING, f"{param}.{schema}")
    return Tool(name, description, parameters)


def chosen(offer: Offer, choice: Choice) -> tuple[Tool, ...]:
    """The tools that the answer may call.

    Raises:
        ApiError: 400, two tools have one name, or a call is demanded of a tool that is not offered
            or that nobody runs here.
    """
    known = {each.name: each for each in offer.tools}
    if len(known) < len(offer.tools):
        raise ApiError(400, "invalid_request", "Two of the tools have the same name.", "tools")
    for name in choice.names:
        if name not in known:
            message = f"tool_choice names {ascii(name)[:70]}, which is no function in tools."
            raise ApiError(400, "invalid_request", message, "tool_choice")
    if choice.word == "required" and not known:
        message = "tool_choice demands a call, and tools has no function that can be called."
        raise ApiError(400, "invalid_request", message, "tool_choice")
    return tuple(each for name, each in known.items() if not choice.names or name in choice.names)
