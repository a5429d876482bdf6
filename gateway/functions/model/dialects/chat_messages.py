"""The messages of a conversation, as clients of OpenAI send them."""

from __future__ import annotations

import json
from typing import Any

import checks
from checks import wrong
from dialects import fields
from errors import ApiError
from inner import Call, Message

MESSAGES = 2048  # as with OpenAI; how many fit is a matter of their tokens
ROLES = ("system", "developer", "user", "assistant", "tool")
REFUSED = ("audio", "function_call")  # parts of a message that would change its meaning


def conversation(value: Any, param: str) -> tuple[Message, ...]:
    """The messages."""
    given = checks.some(value, param, MESSAGES, "messages")
    return fields.turns([(at, message(one, at)) for at, one in checks.placed(given, param)])


def message(value: Any, param: str) -> Message:
    """One message. What else clients note in it is left alone, as OpenAI leaves it."""
    if not isinstance(value, dict):
        raise wrong(param, value, "an object with role and content")
    role = value.get("role")
    if not isinstance(role, str) or role not in ROLES:
        raise wrong(param + ".role", role, "one of " + ", ".join(ROLES))
    for name in REFUSED:
        if value.get(name):
            raise wrong(f"{param}.{name}", value[name], "left out: nothing here can read it")
    given = value.get("content")
    if role == "assistant":
        said = "" if given is None else content(given, param + ".content")
        return Message("assistant", said, calls(value.get("tool_calls"), param + ".tool_calls"))
    said = content(given, param + ".content")
    if role == "tool":
        return Message("tool", said, call_id=call_id(value, "tool_call_id", param))
    return Message("user" if role == "user" else "system", said)


def content(value: Any, param: str) -> str:
    """The text of a message, which may come in parts, and may be empty."""
    if not isinstance(value, list):
        return checks.text(value, param, empty=True)
    texts = [part(one, at) for at, one in checks.placed(value, param)]
    return "\n".join(text for text in texts if text)


def part(value: Any, param: str) -> str:
    """A part of a message. Of OpenAI's kinds, this model reads text, and its own refusals."""
    kind = value.get("type") if isinstance(value, dict) else value
    if not isinstance(value, dict) or kind not in ("text", "refusal"):
        shown = json.dumps(kind)[:40] if isinstance(kind, str) else "no part"
        message = f"{param} is {shown}; this model reads parts of the type text."
        raise ApiError(400, "invalid_request", message, param)
    return checks.text(value.get(kind), f"{param}.{kind}", empty=True)


def calls(value: Any, param: str) -> tuple[Call, ...]:
    """The calls that an earlier answer has made."""
    if value is None or value == []:
        return ()
    given = checks.some(value, param, MESSAGES, "calls")
    return tuple(call(one, at) for at, one in checks.placed(given, param))


def call(value: Any, param: str) -> Call:
    """One of them. Its arguments need not be JSON: max_tokens may have cut them."""
    if not isinstance(value, dict) or not isinstance(value.get("function"), dict):
        raise wrong(param, value, "an object with id, type and function")
    checks.only("function")(value.get("type", "function"), param + ".type")
    function, inside = value["function"], param + ".function"
    return Call(
        id=call_id(value, "id", param),
        name=checks.text(function.get("name"), inside + ".name"),
        arguments=checks.text(function.get("arguments"), inside + ".arguments", empty=True),
    )


def call_id(value: dict[str, Any], name: str, param: str) -> str:
    """The id of a call."""
    return checks.label(checks.text(value.get(name), f"{param}.{name}"), f"{param}.{name}")
