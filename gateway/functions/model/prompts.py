"""/model: a prompt in, its completion out, in our own shape or in LangChain's."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Any

import answering
import checks
from answers import Answer
from checks import Check, flag, number, whole
from inner import Ask, Backend, Limits, Message, Whole

PATH = "/model"
EXAMPLE = '{"prompt": "..."}'


def describe(body: bytes, model: Backend) -> Answer:
    """What GET answers: the model's name, its limits, and what counts if nothing is said."""
    limits = {
        "prompt_tokens": model.limits.prompt_tokens,
        "max_tokens": model.limits.answer_tokens,
        "stop": checks.STOPS,
        "body_bytes": checks.BODY_BYTES,
    }
    return Answer(200, {"name": model.name, "limits": limits, "defaults": checks.DEFAULTS})


def answer(body: bytes, model: Backend) -> Answer:
    """What POST answers; "inputs" in place of a prompt say that it is LangChain that asks."""
    fields = checks.read(body, EXAMPLE, model.frames)
    if "inputs" in fields:
        return langchain(fields, model)
    known = options(model.limits)
    checks.allow_only(fields, ["prompt", *known])
    text = checks.text(fields.get("prompt"), "prompt")
    ask = asked(text, checks.options(fields, known))
    return answering.at_once(ask, model, partial(completion, name=model.name))


def completion(done: Whole, name: str) -> dict[str, Any]:
    """An answer in our own shape."""
    return {
        "completion": done.text,
        "model": name,
        "usage": asdict(done.end.usage),
        "finish_reason": "length" if done.end.reason == "length" else "stop",
    }


def langchain(fields: dict[str, Any], model: Backend) -> Answer:
    """The shape that LangChain's AmazonAPIGateway sends and expects back."""
    checks.allow_only(fields, ["inputs", "parameters"])
    text = checks.text(fields["inputs"], "inputs")
    given, known = fields.get("parameters", {}), parameters(model.limits)
    if not isinstance(given, dict):
        raise checks.wrong("parameters", given, "an object")
    checks.allow_only(given, known, within="parameters.")
    chosen = checks.options(given, known, within="parameters.")
    chosen.pop("num_return_sequences", None)
    if "max_new_tokens" in chosen:
        chosen["max_tokens"] = chosen.pop("max_new_tokens")
    if not chosen.pop("do_sample", True):
        chosen["temperature"] = 0.0
    before = text if chosen.pop("return_full_text", False) else ""

    def body(done: Whole) -> list[dict[str, str]]:
        return [{"generated_text": before + done.text}]

    return answering.at_once(asked(text, chosen), model, body)


def asked(text: str, chosen: dict[str, Any]) -> Ask:
    """The one turn, with these options."""
    given = {**checks.DEFAULTS, **chosen}
    stop = tuple(given.pop("stop", ()))
    return Ask(messages=(Message("user", text),), stop=stop, **given)


def options(limits: Limits) -> dict[str, Check]:
    """The fields beside the prompt."""
    return {"max_tokens": checks.answer_tokens(limits), **checks.OPTIONS}


def parameters(limits: Limits) -> dict[str, Check]:
    """What else text generation servers know, under the names that Hugging Face gave it."""
    return {
        **options(limits),
        "max_new_tokens": checks.answer_tokens(limits),
        "top_p": lambda value, param: number(value, param, 0.01, 1),
        "top_k": lambda value, param: whole(value, param, 1, 1000),
        "do_sample": flag,
        "return_full_text": flag,
        "num_return_sequences": lambda value, param: whole(value, param, 1, 1),
    }
