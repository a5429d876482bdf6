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
    # A field that is null is one that is not there.
    given = {field: value for field, value in given.items() if value is not None}
    called = name(given.get("name"), f"{param}.name")
    checks.flag(given.get("strict", False), f"{param}.strict")  # each schema is held to here
    about = checks.text(given.get("description", ""), f"{param}.description", empty=True)
    parameters = given.get(schema, {})
    return Tool(
        called, about, held(NOTHING if parameters == {} else parameters, f"{param}.{schema}")
    )


def name(value: Any, param: str) -> str:
    """The name of a tool, or of a shape."""
    if not isinstance(value, str) or not NAME.fullmatch(value):
        raise wrong(param, value, "1 to 64 letters, digits, - and _")
    return value


def chosen(offer: Offer, choice: Choice) -> tuple[Tool, ...]:
    """The tools that the answer may call.

    Raises:
        ApiError: 400, two tools have one name, or a call is demanded of a tool that is not offered
            or that nobody runs here.
    """
    known: dict[str, Tool] = {}
    for each in offer.tools:
        if each.name in known:
            message = f"Two of the tools have the name {each.name}."
            raise ApiError(400, "invalid_request", message, "tools")
        known[each.name] = each
    for wanted in choice.names:
        if wanted not in known:
            message = f"tool_choice names {ascii(wanted)[:70]}, which is no function in tools."
            raise ApiError(400, "invalid_request", message, "tool_choice")
    if choice.word == "required" and not known:
        message = "tool_choice demands a call, and tools has no function that can be called."
        raise ApiError(400, "invalid_request", message, "tool_choice")
    return tuple(tool for tool in known.values() if not choice.names or tool.name in choice.names)
