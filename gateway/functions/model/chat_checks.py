"""Reading what clients of OpenAI send: each field is used, or changes nothing, or is refused."""

from __future__ import annotations

import json
from typing import Any

import chat_schema
import checks
from checks import Check, number, only, wrong
from errors import ApiError

EXAMPLE = '{"model": "...", "messages": [{"role": "user", "content": "..."}]}'
MESSAGES = 64
ROLES = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant"}


def stream_options(value: Any, param: str) -> bool:
    """Whether the stream ends with the tokens that it took."""
    if not isinstance(value, dict):
        raise wrong(param, value, "an object")
    checks.allow_only(value, ["include_usage", "include_obfuscation"], param + ".")
    checks.flag(value.get("include_obfuscation", False), param + ".include_obfuscation")
    return checks.flag(value.get("include_usage", False), param + ".include_usage")


def response_format(value: Any, param: str) -> dict[str, Any]:
    """Text, or JSON of whatever shape, or JSON of one shape."""
    if not isinstance(value, dict):
        raise wrong(param, value, "an object")
    kind = only("text", "json_object", "json_schema")(value.get("type"), f"{param}.type")
    if kind != "json_schema":
        checks.allow_only(value, ["type"], param + ".")
        return {"type": kind}
    checks.allow_only(value, ["type", kind], param + ".")
    given, inner = value.get(kind), f"{param}.{kind}"
    if not isinstance(given, dict):
        raise wrong(inner, given, "an object with name and schema")
    about = {"name": chat_schema.word, "strict": checks.flag, "description": chat_schema.note}
    checks.allow_only(given, ["schema", *about], inner + ".")
    checks.options(given, about, inner + ".")
    shape = chat_schema.checked(given.get("schema"), inner + ".schema")
    return {"type": kind, kind: {"name": "answer", "schema": shape}}


def metadata(value: Any, param: str) -> dict[str, Any]:
    """Notes of the caller's own."""
    if not isinstance(value, dict):
        raise wrong(param, value, "an object")
    return value


# What the model is told.
OPTIONS: dict[str, Check] = {
    **checks.OPTIONS,
    "max_completion_tokens": checks.OPTIONS["max_tokens"],
    "top_p": lambda value, param: number(value, param, 0, 1),
    "presence_penalty": lambda value, param: number(value, param, -2, 2),
    "frequency_penalty": lambda value, param: number(value, param, -2, 2),
    "response_format": response_format,
}

# How it is answered.
DELIVERY: dict[str, Check] = {"stream": checks.flag, "stream_options": stream_options}

# What clients send by themselves, with the values that change nothing.
HARMLESS: dict[str, Check] = {
    "n": only(1),
    "logprobs": only(False),
    "logit_bias": only({}),
    "store": only(False),
    "service_tier": only("auto", "default"),
    "user": checks.label,
    "safety_identifier": checks.label,
    "prompt_cache_key": checks.label,
    "metadata": metadata,
}

FIELDS = ["model", "messages", *OPTIONS, *DELIVERY, *HARMLESS]


def checked(fields: dict[str, Any]) -> dict[str, Any]:
    """The model's name, the messages, "stream", "include_usage", and the options for the model.

    A field that is null is one that is not there: so some clients leave out what they do not set.
    """
    fields = {name: value for name, value in fields.items() if value is not None}
    checks.allow_only(fields, FIELDS)
    checks.options(fields, HARMLESS)
    delivery = checks.options(fields, DELIVERY)
    options = checks.options(fields, OPTIONS)
    if "max_completion_tokens" in options:
        options["max_tokens"] = options.pop("max_completion_tokens")
    return {
        **options,
        "model": fields.get("model"),
        "messages": conversation(fields.get("messages")),
        "stream": delivery.get("stream", False),
        "include_usage": delivery.get("stream_options", False),
    }


def conversation(value: Any) -> list[dict[str, str]]:
    """The messages, each with one text."""
    if not isinstance(value, list) or not 0 < len(value) <= MESSAGES:
        raise wrong("messages", value, f"a list of 1 to {MESSAGES} messages")
    messages = [message(one, f"messages[{place}]") for place, one in enumerate(value)]
    if messages[-1]["role"] == "assistant":
        text = "The last message is the assistant's; it must be one that it can answer."
        raise ApiError(400, "invalid_request", text, f"messages[{len(messages) - 1}].role")
    return messages


def message(value: Any, param: str) -> dict[str, str]:
    """One message. An answer may come back as it was given, with the fields that were empty."""
    if not isinstance(value, dict):
        raise wrong(param, value, "an object with role and content")
    filled = {name: one for name, one in value.items() if one not in (None, [], {})}
    checks.allow_only(filled, ["role", "content", "name"], within=param + ".")
    if "name" in filled:
        checks.label(filled["name"], param + ".name")
    role = filled.get("role")
    if not isinstance(role, str) or role not in ROLES:
        raise wrong(param + ".role", role, "one of " + ", ".join(ROLES))
    text = content(value.get("content"), param + ".content", empty=role == "assistant")
    return {"role": ROLES[role], "content": text}


def content(value: Any, param: str, empty: bool) -> str:
    """The text of a message, which may come in parts."""
    if not isinstance(value, list):
        return checks.text(value, param, empty)
    if not value:
        raise wrong(param, value, "text")
    return "\n".join(part(one, f"{param}[{place}]", empty) for place, one in enumerate(value))


def part(value: Any, param: str, empty: bool) -> str:
    """A part of a message. Of OpenAI's kinds, this model reads one."""
    kind = value.get("type") if isinstance(value, dict) else value
    if not isinstance(value, dict) or kind != "text":
        shown = json.dumps(kind)[:40] if isinstance(kind, str) else "no part"
        message = f"{param} is {shown}; this model reads parts of the type text."
        raise ApiError(400, "invalid_request", message, param)
    checks.allow_only(value, ["type", "text"], within=param + ".")
    return checks.text(value.get("text"), param + ".text", empty)
