"""Reading a request of OpenAI's Responses: which field does what, and what the items say."""

from __future__ import annotations

from typing import Any

import checks
from checks import number, only, wrong
from dialects import fields, models, offers
from dialects.fields import Lists, Request
from dialects.offers import Choice, Offer
from guide.schemas import held
from inner import Ask, Backend, Call, Message, Role

EXAMPLE = '{"model": "...", "input": "..."}'
ROLES: dict[str, Role] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
}
TEXTS = {"input_text": "text", "output_text": "text", "text": "text", "refusal": "refusal"}
LEFT_OUT = ("reasoning", "additional_tools")  # agents send them along, and no model here reads them


def read(body: bytes, model: Backend) -> Request:
    """The request, or an ApiError that says what is wrong with it."""
    given = checks.read(body, EXAMPLE, model.frames)
    used, ignored = fields.read(given, LISTS)
    models.refuse_others(used.get("model"), model)
    if "input" not in used:
        raise wrong("input", None, "text, or a list of items")
    offer, choice = used.get("tools", Offer()), used.get("tool_choice", Choice())
    # JSON that is cut is no JSON: where nothing is said, it has all the room there is.
    is_json = used.get("text") or offer.tools
    most = model.limits.answer_tokens if is_json else checks.DEFAULTS["max_tokens"]
    ask = Ask(
        messages=(*used.get("instructions", ()), *used["input"]),
        max_tokens=min(used.get("max_output_tokens", most), model.limits.answer_tokens),
        temperature=used.get("temperature", checks.DEFAULTS["temperature"]),
        top_p=used.get("top_p"),
        shape=used.get("text"),
        tools=offers.chosen(offer, choice),
        choice=choice.word,
        parallel=used.get("parallel_tool_calls", True),
    )
    stream = used.get("stream", False)
    return Request(ask, stream, [*ignored, *offer.dropped], echoed(given, ask))


def echoed(given: dict[str, Any], ask: Ask) -> dict[str, Any]:
    """What a response repeats of its request."""
    form = (given.get("text") or {}).get("format") or {"type": "text"}
    if form["type"] == "json_schema":
        form = {"description": None, **form, "strict": True}
    functions = [each for each in given.get("tools") or [] if each["type"] == "function"]
    return {
        "instructions": given.get("instructions"),
        "max_output_tokens": ask.max_tokens if given.get("max_output_tokens") else None,
        "temperature": ask.temperature,
        "top_p": 1.0 if ask.top_p is None else ask.top_p,
        "text": {"format": form},
        "tools": [
            {"description": None, "parameters": None, **each, "strict": True} for each in functions
        ],
        "tool_choice": given.get("tool_choice") or "auto",
        "parallel_tool_calls": ask.parallel,
        "reasoning": {"effort": None, "summary": None},
        "metadata": given.get("metadata") or {},
        "safety_identifier": given.get("safety_identifier"),
        "prompt_cache_key": given.get("prompt_cache_key"),
    }


# What the model is told


def instructions(value: Any, param: str) -> tuple[Message, ...]:
    """What the conversation begins with."""
    text = checks.text(value, param, empty=True)
    return (Message("system", text),) if text.strip() else ()


def conversation(value: Any, param: str) -> tuple[Message, ...]:
    """The input: a text, or items. Agents send an empty list to see whether somebody answers."""
    if isinstance(value, str):
        return (Message("user", checks.text(value, param)),)
    items = checks.a_list(value, param, checks.TURNS)
    read_items = [(at, item(one, at)) for at, one in checks.placed(items, param)]
    return fields.turns([(at, message) for at, message in read_items if message])


def item(value: Any, param: str) -> Message | None:
    """One item as a turn of the conversation; None if it is one that is left out."""
    given = checks.an_object(value, param)
    kind = given.get("type", "message")
    if kind in LEFT_OUT:
        return None
    if kind == "message":
        role = only(*ROLES)(given.get("role"), param + ".role")
        return Message(ROLES[role], content(given.get("content"), param + ".content"))
    if kind == "function_call":
        call_id = checks.identifier(given.get("call_id"), param + ".call_id")
        name = checks.identifier(given.get("name"), param + ".name")
        arguments = checks.text(given.get("arguments"), param + ".arguments", empty=True)
        return Message("assistant", "", calls=(Call(call_id, name, arguments),))
    if kind == "function_call_output":
        call_id = checks.identifier(given.get("call_id"), param + ".call_id")
        output = content(given.get("output"), param + ".output")
        return Message("tool", output, call_id=call_id)
    known = "message, function_call or function_call_output"
    raise wrong(param + ".type", kind, f"{known}: nothing else is kept or run here")


def content(value: Any, param: str) -> str:
    """The text of an item, which may come in parts."""
    if isinstance(value, str):
        return checks.text(value, param, empty=True)
    parts = checks.a_list(value, param, checks.TURNS)
    return "\n".join(part(one, at) for at, one in checks.placed(parts, param))


def part(value: Any, param: str) -> str:
    """A part of an item. Images, files and sound are not for this model."""
    given = checks.an_object(value, param)
    kind = given.get("type")
    if not isinstance(kind, str) or kind not in TEXTS:
        raise wrong(param + ".type", kind, "input_text or output_text: this model reads text")
    return checks.text(given.get(TEXTS[kind]), f"{param}.{TEXTS[kind]}", empty=True)


def text_format(value: Any, param: str) -> Any:
    """The shape of the answer: any text, some JSON, or JSON by a schema."""
    given = checks.an_object(value, param)
    param += ".format"
    form = checks.an_object(given.get("format") or {"type": "text"}, param)
    kind = only("text", "json_object", "json_schema")(form.get("type"), param + ".type")
    if kind == "json_schema":
        checks.identifier(form.get("name"), param + ".name")
        return held(form.get("schema"), param + ".schema")
    return "json" if kind == "json_object" else None


# Tools


def tools(value: Any, param: str) -> Offer:
    """The functions on offer. Other kinds of tools run at OpenAI, and are left out."""
    given = checks.a_list(value, param, offers.TOOLS)
    found, dropped = [], []
    for where, one in checks.placed(given, param):
        kind = checks.label(checks.an_object(one, where).get("type"), where + ".type")
        if kind == "function":
            found.append(offers.tool(one, "parameters", where))
        else:
            dropped.append(f"{param}.{kind}")
    return Offer(tuple(found), tuple(dropped))


def tool_choice(value: Any, param: str) -> Choice:
    """Whether a function is to be called, and which."""
    if isinstance(value, str):
        return Choice(only("auto", "none", "required")(value, param))
    given = checks.an_object(value, param)
    kind = only("function", "allowed_tools")(given.get("type"), param + ".type")
    if kind == "function":
        return Choice("required", (checks.identifier(given.get("name"), param + ".name"),))
    word = only("auto", "required")(given.get("mode"), param + ".mode")
    allowed = checks.a_list(given.get("tools"), param + ".tools", offers.TOOLS)
    names = [checks.an_object(one, param + ".tools").get("name") for one in allowed]
    return Choice(word, tuple(checks.identifier(name, param + ".tools") for name in names))


LISTS = Lists(
    used={
        "model": checks.label,
        "input": conversation,
        "instructions": instructions,
        "max_output_tokens": lambda value, param: checks.whole(value, param, 1, checks.ANY_NUMBER),
        "temperature": lambda value, param: number(value, param, 0, 2),
        "top_p": lambda value, param: number(value, param, 0, 1),
        "text": text_format,
        "tools": tools,
        "tool_choice": tool_choice,
        "parallel_tool_calls": checks.flag,
        "stream": checks.flag,
    },
    harmless={
        "access_programs": checks.an_object,
        "background": only(False),
        "client_metadata": checks.an_object,
        "context_management": checks.a_list,
        "include": checks.a_list,
        "max_tool_calls": lambda value, param: checks.whole(value, param, 1, checks.ANY_NUMBER),
        "metadata": checks.an_object,
        "moderation": checks.an_object,
        "prompt_cache_key": checks.label,
        "prompt_cache_options": checks.an_object,
        "prompt_cache_retention": checks.label,
        "reasoning": checks.an_object,
        "safety_identifier": checks.label,
        "service_tier": checks.label,
        "store": checks.flag,
        "stream_options": checks.an_object,
        "top_logprobs": only(0),
        "truncation": checks.label,
        "user": checks.label,
    },
    refused={
        "background": "a response is given at once, and not kept",
        "conversation": "nothing is kept; send the conversation as input",
        "image": "this model writes text",
        "previous_response_id": "nothing is kept; send the conversation as input",
        "prompt": "no prompts are kept here; send the text as instructions",
    },
)
