"""Reading a request of Anthropic's Messages: which field does what, and what the blocks say."""

from __future__ import annotations

import json
import re
from typing import Any

import checks
from checks import number, only, wrong
from dialects import fields, models, offers
from dialects.fields import Lists, Request
from dialects.offers import Choice, Offer, Word
from guide.schemas import held
from inner import Ask, Backend, Call, Message

EXAMPLE = '{"model": "...", "max_tokens": 128, "messages": [{"role": "user", "content": "..."}]}'
LEFT_OUT = ("thinking", "redacted_thinking")  # what another model has thought
THEIRS = re.compile(r"[a-z_]+_20[0-9]{6}")  # the kinds of tools that run at Anthropic
WORDS: dict[str, Word] = {
    "auto": "auto",
    "any": "required",
    "none": "none",
    "tool": "required",
}


def read(body: bytes, model: Backend) -> Request:
    """The request, or an ApiError that says what is wrong with it."""
    given = checks.read(body, EXAMPLE, model.frames)
    if given.get("max_tokens") is None:
        raise wrong("max_tokens", None, "a whole number; it has to be there")
    return request(given, model)


def read_for_count(body: bytes, model: Backend) -> Request:
    """The same where nothing is to be written: without max_tokens."""
    return request({**checks.read(body, EXAMPLE, model.frames), "max_tokens": 1}, model)


def request(given: dict[str, Any], model: Backend) -> Request:
    """A request with max_tokens."""
    used, ignored = fields.read(given, LISTS)
    models.refuse_others(used.get("model"), model)
    if "messages" not in used:
        raise wrong("messages", None, f"a list of 1 to {checks.TURNS} messages")
    offer, choice = used.get("tools", Offer()), used.get("tool_choice", Choice())
    ask = Ask(
        messages=(*used.get("system", ()), *used["messages"]),
        max_tokens=min(used["max_tokens"], model.limits.answer_tokens),
        temperature=used.get("temperature", checks.DEFAULTS["temperature"]),
        top_p=used.get("top_p"),
        top_k=used.get("top_k"),
        stop=tuple(used.get("stop_sequences", ())),
        shape=used.get("output_config") or used.get("output_format"),
        tools=offers.chosen(offer, choice),
        choice=choice.word,
        parallel=choice.parallel,
    )
    return Request(ask, used.get("stream", False), [*ignored, *offer.dropped])


# What the model is told


def system(value: Any, param: str) -> tuple[Message, ...]:
    """What the conversation begins with: a text, or blocks of text."""
    text = text_of(value, param)
    return (Message("system", text),) if text.strip() else ()


def conversation(value: Any, param: str) -> tuple[Message, ...]:
    """The messages. One with results of tools becomes several turns."""
    given = checks.some(value, param, checks.TURNS, "messages")
    found: list[tuple[str, Message]] = []
    for where, one in checks.placed(given, param):
        found += [(where, turn) for turn in turns_of(one, where)]
    return fields.turns(found)


def turns_of(value: Any, param: str) -> list[Message]:
    """The turns in one message: first the results of tools, then what is said."""
    given = checks.an_object(value, param)
    role = only("user", "assistant", "system")(given.get("role"), param + ".role")
    content, param = given.get("content"), param + ".content"
    if isinstance(content, str):
        return [Message(role, checks.text(content, param, empty=True))]
    blocks = checks.a_list(content, param, checks.TURNS)
    results: list[Message] = []
    texts: list[str] = []
    calls: list[Call] = []
    for where, one in checks.placed(blocks, param):
        kind = checks.an_object(one, where).get("type")
        if kind == "text":
            texts.append(checks.text(one.get("text"), where + ".text", empty=True))
        elif kind == "tool_result" and role == "user":
            results.append(tool_result(one, where))
        elif kind == "tool_use" and role == "assistant":
            calls.append(tool_use(one, where))
        elif kind not in LEFT_OUT:
            raise wrong(where + ".type", kind, "text, or a tool's: this model reads text")
    said = [Message(role, "\n".join(texts), tuple(calls))] if texts or calls else []
    return [*results, *said]


def tool_use(given: dict[str, Any], param: str) -> Call:
    """A call that the model has asked for before."""
    call_id = checks.identifier(given.get("id"), param + ".id")
    name = checks.identifier(given.get("name"), param + ".name")
    arguments = json.dumps(checks.an_object(given.get("input"), param + ".input"))
    return Call(call_id, name, checks.text(arguments, param + ".input"))


def tool_result(given: dict[str, Any], param: str) -> Message:
    """What a call came to."""
    call_id = checks.identifier(given.get("tool_use_id"), param + ".tool_use_id")
    failed = checks.flag(given.get("is_error") or False, param + ".is_error")
    text = text_of(given.get("content") or "", param + ".content")
    return Message("tool", f"Error: {text}" if failed else text, call_id=call_id)


def text_of(value: Any, param: str) -> str:
    """A text that may come in blocks."""
    if isinstance(value, str):
        return checks.text(value, param, empty=True)
    blocks = checks.a_list(value, param, checks.TURNS)
    texts = []
    for where, one in checks.placed(blocks, param):
        only("text")(checks.an_object(one, where).get("type"), where + ".type")
        texts.append(checks.text(one.get("text"), where + ".text", empty=True))
    return "\n".join(texts)


def stop_sequences(value: Any, param: str) -> list[str]:
    """The texts that end an answer; none is fine."""
    return checks.stops(value, param) if value else []


def output_config(value: Any, param: str) -> Any:
    """The shape of the answer; how hard the model thinks about it is not to be chosen."""
    form = checks.an_object(value, param).get("format")
    return None if form is None else output_format(form, param + ".format")


def output_format(value: Any, param: str) -> Any:
    """JSON by a schema."""
    given = checks.an_object(value, param)
    only("json_schema")(given.get("type"), param + ".type")
    return held(given.get("schema"), param + ".schema")


# Tools


def tools(value: Any, param: str) -> Offer:
    """The tools of the client's own. Other kinds run at Anthropic, and are left out."""
    given = checks.a_list(value, param, offers.TOOLS)
    found, dropped = [], []
    for where, one in checks.placed(given, param):
        kind = checks.label(checks.an_object(one, where).get("type") or "custom", where + ".type")
        if kind == "custom":
            found.append(offers.tool(one, "input_schema", where))
        elif THEIRS.fullmatch(kind):
            dropped.append(f"{param}.{kind}")
        else:
            raise wrong(where + ".type", kind, "custom, or a kind of Anthropic's with its date")
    return Offer(tuple(found), tuple(dropped))


def tool_choice(value: Any, param: str) -> Choice:
    """Whether a tool is to be used, and which."""
    given = checks.an_object(value, param)
    kind = only(*WORDS)(given.get("type"), param + ".type")
    names = (checks.identifier(given.get("name"), param + ".name"),) if kind == "tool" else ()
    alone = checks.flag(given.get("disable_parallel_tool_use") or False, param)
    return Choice(WORDS[kind], names, parallel=not alone)


LISTS = Lists(
    used={
        "model": checks.label,
        "messages": conversation,
        "system": system,
        "max_tokens": lambda value, param: checks.whole(value, param, 1, checks.ANY_NUMBER),
        "temperature": lambda value, param: number(value, param, 0, 1),
        "top_p": lambda value, param: number(value, param, 0, 1),
        "top_k": lambda value, param: checks.whole(value, param, 0, checks.ANY_NUMBER),
        "stop_sequences": stop_sequences,
        "output_config": output_config,
        "output_format": output_format,  # its name before it had one
        "tools": tools,
        "tool_choice": tool_choice,
        "stream": checks.flag,
    },
    harmless={
        "cache_control": checks.an_object,
        "context_management": checks.an_object,
        "diagnostics": checks.an_object,
        "inference_geo": checks.label,
        "metadata": checks.an_object,
        "service_tier": checks.label,
        "speed": checks.label,
        "thinking": checks.an_object,
        "user_profile_id": checks.label,
        "workspace_id": checks.label,
    },
    refused={
        "container": "no code is run here",
        "mcp_servers": "no server is called from here",
    },
)
