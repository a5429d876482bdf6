"""Tools and shapes, as clients of OpenAI send them: what the model may call, what it has to be."""

from __future__ import annotations

from typing import Any, Literal

import checks
from checks import wrong
from dialects import offers
from dialects.offers import Choice, Offer
from guide.schemas import Schema, held
from inner import Tool


def tools(value: Any, param: str) -> Offer:
    """The functions on offer; none is fine."""
    given = checks.a_list(value, param, offers.TOOLS)
    return Offer(tuple(tool(one, at) for at, one in checks.placed(given, param)))


def tool(value: Any, param: str) -> Tool:
    """One function, with the schema that its arguments are held to."""
    given = checks.an_object(value, param)
    checks.only("function")(given.get("type"), param + ".type")
    inside = param + ".function"
    return offers.tool(checks.an_object(given.get("function"), inside), "parameters", inside)


def tool_choice(value: Any, param: str) -> Choice:
    """Whether a function is to be called, and which."""
    if isinstance(value, str):
        return Choice(checks.only("auto", "none", "required")(value, param))
    given = checks.an_object(value, param)
    kind = checks.only("function", "allowed_tools")(given.get("type"), param + ".type")
    if kind == "function":
        return Choice("required", (named(given, param),))
    inside = f"{param}.{kind}"
    allowed = checks.an_object(given.get(kind), inside)
    mode = checks.only("auto", "required")(allowed.get("mode"), inside + ".mode")
    those = checks.some(allowed.get("tools"), inside + ".tools", offers.TOOLS, "tools")
    placed = checks.placed(those, inside + ".tools")
    return Choice(mode, tuple(named(one, at) for at, one in placed))


def named(value: Any, param: str) -> str:
    """The name in what names a function."""
    function = checks.an_object(checks.an_object(value, param).get("function"), param + ".function")
    return checks.identifier(function.get("name"), param + ".function.name")


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
    offers.name(given.get("name"), inside + ".name")
    checks.text(given.get("description", ""), inside + ".description", empty=True)
    checks.flag(given.get("strict", False), inside + ".strict")
    return held(given.get("schema"), inside + ".schema")
