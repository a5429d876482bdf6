"""Tools and shapes, as clients of OpenAI send them: what the model may call, what it has to be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import checks
from checks import wrong
from dialects.offers import NAME, NOTHING, TOOLS, Word
from errors import ApiError
from guide.schemas import Schema, held
from inner import Tool


@dataclass(frozen=True)
class Offer:
    """The tools of a request, and whether the model may, must or must not call one."""

    tools: tuple[Tool, ...] = ()
    choice: Word = "auto"


def offer(fields: dict[str, Any]) -> Offer:
    """The fields "tools" and "tool_choice" together."""
    given = fields.get("tools", [])
    if given != []:
        given = checks.some(given, "tools", TOOLS, "tools")
    tools: list[Tool] = []
    for place, one in enumerate(given):
        tools.append(tool(one, f"tools[{place}]"))
        if tools[-1].name in [other.name for other in tools[:-1]]:
            where = f"tools[{place}].function.name"
            raise wrong(where, tools[-1].name, "the name of one tool alone")
    return chosen(fields.get("tool_choice", "auto"), tuple(tools), "tool_choice")


def tool(value: Any, param: str) -> Tool:
    """One tool, with the schema that its arguments are held to."""
    if not isinstance(value, dict):
        raise wrong(param, value, "an object with type and function")
    checks.only("function")(value.get("type"), param + ".type")
    function, inside = value.get("function"), param + ".function"
    if not isinstance(function, dict):
        raise wrong(inside, function, "an object with name and parameters")
    given = {name: one for name, one in function.items() if one is not None}
    checks.flag(given.get("strict", False), inside + ".strict")
    parameters = given.get("parameters", {})
    return Tool(
        name=name(given.get("name"), inside + ".name"),
        description=checks.text(given.get("description", ""), inside + ".description", empty=True),
        parameters=held(NOTHING if parameters == {} else parameters, inside + ".parameters"),
    )


def name(value: Any, param: str) -> str:
    """The name of a tool, or of a shape."""
    if not isinstance(value, str) or not NAME.fullmatch(value):
        raise wrong(param, value, "1 to 64 letters, digits, - and _")
    return value


def chosen(value: Any, tools: tuple[Tool, ...], param: str) -> Offer:
    """What "tool_choice" says. One that names tools leaves these alone."""
    if isinstance(value, str):
        word = checks.only("auto", "none", "required")(value, param)
        if word == "required" and not tools:
            raise wrong(param, value, '"auto" or "none" where there are no tools')
        return Offer(tools, word)
    if not isinstance(value, dict):
        raise wrong(param, value, '"auto", "none", "required" or an object')
    kind = checks.only("function", "allowed_tools")(value.get("type"), param + ".type")
    if kind == "function":
        return Offer(named([value], tools, param), "required")
    allowed, inside = value.get(kind), f"{param}.{kind}"
    if not isinstance(allowed, dict):
        raise wrong(inside, allowed, "an object with mode and tools")
    mode = checks.only("auto", "required")(allowed.get("mode"), inside + ".mode")
    those = checks.some(allowed.get("tools"), inside + ".tools", TOOLS, "tools")
    return Offer(named(those, tools, inside + ".tools"), mode)


def named(those: list[Any], tools: tuple[Tool, ...], param: str) -> tuple[Tool, ...]:
    """The tools that are named."""
    known = {tool.name: tool for tool in tools}
    found = []
    for one in those:
        function = one.get("function") if isinstance(one, dict) else None
        wanted = function.get("name") if isinstance(function, dict) else None
        if not isinstance(wanted, str) or wanted not in known:
            names = ", ".join(known)[:200] or "none"
            raise ApiError(
                400, "invalid_request", f"{param} names no tool; there are: {names}.", param
            )
        found.append(known[wanted])
    return tuple(found)


def response_format(value: Any, param: str) -> Literal["json"] | Schema | None:
    """Text, or JSON of whatever shape, or JSON of one shape."""
    if not isinstance(value, dict):
        raise wrong(param, value, "an object")
    kind = checks.only("text", "json_object", "json_schema")(value.get("type"), f"{param}.type")
    if kind != "json_schema":
        checks.allow_only(value, ["type"], param + ".")
        return "json" if kind == "json_object" else None
    checks.allow_only(value, ["type", kind], param + ".")
    given, inside = value.get(kind), f"{param}.{kind}"
    if not isinstance(given, dict):
        raise wrong(inside, given, "an object with name and schema")
    given = {name: one for name, one in given.items() if one is not None}
    checks.allow_only(given, ["name", "description", "strict", "schema"], inside + ".")
    name(given.get("name"), inside + ".name")
    checks.text(given.get("description", ""), inside + ".description", empty=True)
    checks.flag(given.get("strict", False), inside + ".strict")
    return held(given.get("schema"), inside + ".schema")
