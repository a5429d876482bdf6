"""Reading what clients of OpenAI send: each field is used, or changes nothing, or is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import checks
from checks import Check, an_object, flag, label, number, only, wrong
from dialects import chat_messages, chat_tools, offers
from inner import Ask, Limits

EXAMPLE = '{"model": "...", "messages": [{"role": "user", "content": "..."}]}'


def stream_options(value: Any, param: str) -> bool:
    """Whether the stream ends with the tokens that it took."""
    if not isinstance(value, dict):
        raise wrong(param, value, "an object")
    checks.allow_only(value, ["include_usage", "include_obfuscation"], param + ".")
    checks.flag(value.get("include_obfuscation", False), param + ".include_obfuscation")
    return checks.flag(value.get("include_usage", False), param + ".include_usage")


# What the model is told; "max_tokens" and its newer name depend on the model.
OPTIONS: dict[str, Check] = {
    **checks.OPTIONS,
    "top_p": lambda value, param: number(value, param, 0, 1),
    "presence_penalty": lambda value, param: number(value, param, -2, 2),
    "frequency_penalty": lambda value, param: number(value, param, -2, 2),
    "response_format": chat_tools.response_format,
    "parallel_tool_calls": flag,
}
ROOM = ("max_tokens", "max_completion_tokens")
TOOLS = ("tools", "tool_choice")

# How it is answered.
DELIVERY: dict[str, Check] = {"stream": flag, "stream_options": stream_options}

# What clients send by themselves, and what changes nothing here; or nothing with this value.
HARMLESS: dict[str, Check] = {
    "n": only(1),
    "logprobs": only(False),
    "top_logprobs": only(0),
    "logit_bias": only({}),
    "modalities": only(["text"]),
    "store": flag,
    "service_tier": label,
    "user": label,
    "safety_identifier": label,
    "prompt_cache_key": label,
    "prompt_cache_retention": label,
    "prompt_cache_options": an_object,
    "reasoning_effort": label,
    "verbosity": label,
    "metadata": an_object,
    "moderation": an_object,
    "prediction": an_object,
    "thinking": an_object,
}

FIELDS = ["model", "messages", *ROOM, *OPTIONS, *TOOLS, *DELIVERY, *HARMLESS]


@dataclass(frozen=True)
class Delivery:
    """How an answer is wanted: in pieces, with the tokens it took in the last of them."""

    stream: bool
    include_usage: bool


def delivery(fields: dict[str, Any]) -> Delivery:
    """How the answer is wanted."""
    given = checks.options(fields, DELIVERY)
    return Delivery(given.get("stream", False), given.get("stream_options", False))


def given(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields that are there, each of them one that is known.

    A field that is null is one that is not there: so some clients leave out what they do not set.
    """
    found = {name: value for name, value in fields.items() if value is not None}
    checks.allow_only(found, FIELDS)
    checks.options(found, HARMLESS)
    return found


def asked(fields: dict[str, Any], limits: Limits) -> Ask:
    """What the model is asked."""
    options = checks.options(fields, OPTIONS)
    offered = chat_tools.tools(fields.get("tools", []), "tools")
    choice = chat_tools.tool_choice(fields.get("tool_choice", "auto"), "tool_choice")
    shape = options.pop("response_format", None)
    parallel = options.pop("parallel_tool_calls", True)
    # JSON that is cut is no JSON: where nothing is said, it has all the room there is.
    most = limits.answer_tokens if shape or offered.tools else checks.DEFAULTS["max_tokens"]
    room = checks.options(fields, dict.fromkeys(ROOM, checks.answer_tokens(limits)))
    return Ask(
        messages=chat_messages.conversation(fields.get("messages"), "messages"),
        max_tokens=room.get("max_completion_tokens", room.get("max_tokens", most)),
        stop=tuple(options.pop("stop", ())),
        shape=shape,
        tools=offers.chosen(offered, choice),
        choice=choice.word,
        parallel=parallel,
        **options,
    )
