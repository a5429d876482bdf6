"""Reading a request: what is not plainly right is refused, with what would be right."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection
from typing import Any

from errors import ApiError

DEFAULTS = {"max_tokens": 128, "temperature": 0.0}
BODY_BYTES = 64 * 1024
MAX_TOKENS = 256
STOPS = 4
STOP_CHARACTERS = 100
SEEDS = 2**32 - 2  # llama.cpp takes the next number for "another one each time"

Check = Callable[[Any, str], Any]

# Control characters other than tab and line ends, halves of surrogate pairs, and the mark that
# a gateway puts where the bytes were not UTF-8.
NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffd]")

# These frame each turn of the model's chat format. In a prompt, they would end the user's turn
# and begin one that looks like ours.
FRAMES = ("<|im_start|>", "<|im_end|>", "<|endoftext|>")


def read(body: bytes, example: str) -> dict[str, Any]:
    """The JSON object in a request's body, which looks like the example."""
    if len(body) > BODY_BYTES:
        raise ApiError(
            413, "too_large", f"The body has {len(body)} bytes; {BODY_BYTES} are the most."
        )
    if not body.strip():
        raise ApiError(400, "invalid_json", f"The body is empty. Send {example}.")
    try:
        fields = json.loads(
            body.decode("utf-8-sig"), object_pairs_hook=once, parse_constant=no_number
        )
    except UnicodeDecodeError as error:
        message = f"The body is not UTF-8: byte {error.start} does not fit."
        raise ApiError(400, "invalid_json", message) from error
    except RecursionError as error:
        raise ApiError(400, "invalid_json", "The body is nested too deeply.") from error
    except ValueError as error:
        raise ApiError(400, "invalid_json", f"The body is not JSON: {error}.") from error
    if not isinstance(fields, dict):
        raise ApiError(400, "invalid_json", f"The body must be an object: {example}.")
    return fields


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose names are all different: with two values, one would be lost in silence."""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ApiError(400, "invalid_json", "A name occurs twice in one object.")
    return fields


def no_number(name: str) -> None:
    """Python reads NaN and Infinity; JSON has neither."""
    raise ApiError(400, "invalid_json", f"{name} is not JSON.")


def wrong(param: str, value: Any, right: str) -> ApiError:
    """The refusal of a field's value."""
    if isinstance(value, (dict, list)):
        shown = "a list" if isinstance(value, list) else "an object"
    else:
        shown = json.dumps(value)[:60]
    return ApiError(400, "invalid_request", f"{param} is {shown}; it must be {right}.", param)


def allow_only(fields: Collection[str], known: Collection[str], within: str = "") -> None:
    """Refuse a field that does not exist here, so that no typing error is ignored."""
    for name in fields:
        if name not in known:
            message = f"There is no field {ascii(name)[:60]}. The fields are: {', '.join(known)}."
            raise ApiError(400, "unknown_field", message, within + name[:60])


def text(value: Any, param: str, empty: bool = False) -> str:
    """Text that may be put into the model's conversation."""
    if not isinstance(value, str):
        raise wrong(param, value, "text")
    if not value.strip() and not empty:
        raise wrong(param, value, "text with something in it")
    if found := NOT_TEXT.search(value):
        raise ApiError(
            400,
            "not_text",
            f"{param} has the character U+{ord(found[0]):04X} at position {found.start()}; "
            "it must be plain text, sent as UTF-8.",
            param,
        )
    for frame in FRAMES:
        if frame in value:
            message = f"{param} has {frame} in it, which the model's chat format keeps for itself."
            raise ApiError(400, "reserved_text", message, param)
    return value


def whole(value: Any, param: str, low: int, high: int) -> int:
    """A whole number. True is one in Python, and none in JSON."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise wrong(param, value, f"a whole number from {low} to {high}")
    return value


def number(value: Any, param: str, low: float, high: float) -> float:
    """A number; 1e999 is none, because it is read as infinity."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or not low <= value <= high:
        raise wrong(param, value, f"a number from {low} to {high}")
    return float(value)


def flag(value: Any, param: str) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise wrong(param, value, "true or false")
    return value


def label(value: Any, param: str, longest: int = 512) -> str:
    """A short text, such as a user's name."""
    if not isinstance(value, str) or len(value) > longest:
        raise wrong(param, value, f"text of at most {longest} characters")
    return value


def only(*values: Any) -> Check:
    """A check for a field that has one value here, or few."""

    def check(value: Any, param: str) -> Any:
        if not any(value == one and type(value) is type(one) for one in values):
            raise wrong(param, value, " or ".join(json.dumps(one) for one in values))
        return value

    return check


def stops(value: Any, param: str) -> list[str]:
    """The texts that end an answer: one, or a short list."""
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not 0 < len(texts) <= STOPS:
        raise wrong(param, value, f"a text, or a list of 1 to {STOPS} texts")
    for item in texts:
        if not isinstance(item, str) or not 0 < len(item) <= STOP_CHARACTERS:
            raise wrong(param, item, f"text of 1 to {STOP_CHARACTERS} characters")
        if NOT_TEXT.search(item):
            raise wrong(param, item, "plain text")
    return texts


# The fields beside the prompt.
OPTIONS: dict[str, Check] = {
    "max_tokens": lambda value, param: whole(value, param, 1, MAX_TOKENS),
    "temperature": lambda value, param: number(value, param, 0, 2),
    "seed": lambda value, param: whole(value, param, 0, SEEDS),
    "stop": stops,
}

# What else text generation servers know, under the names that Hugging Face gave it.
PARAMETERS: dict[str, Check] = {
    **OPTIONS,
    "max_new_tokens": lambda value, param: whole(value, param, 1, MAX_TOKENS),
    "top_p": lambda value, param: number(value, param, 0.01, 1),
    "top_k": lambda value, param: whole(value, param, 1, 1000),
    "do_sample": flag,
    "return_full_text": flag,
    "num_return_sequences": lambda value, param: whole(value, param, 1, 1),
}


def options(fields: dict[str, Any], checks: dict[str, Check], within: str = "") -> dict[str, Any]:
    """The fields that `checks` names and the request has, each one checked."""
    return {
        name: check(fields[name], within + name) for name, check in checks.items() if name in fields
    }


# What the dialects of agents have besides

MESSAGES = 64  # turns of a conversation
PARTS = 64  # of one turn
ANY_NUMBER = 10**9  # where more is asked for than there is, there is less
IDENTIFIER = re.compile(r"[A-Za-z0-9_.:-]{1,128}")


def an_object(value: Any, param: str) -> dict[str, Any]:
    """An object, whatever is in it."""
    if not isinstance(value, dict):
        raise wrong(param, value, "an object")
    return value


def a_list(value: Any, param: str, most: int = 1000) -> list[Any]:
    """A list that is not too long."""
    if not isinstance(value, list) or len(value) > most:
        raise wrong(param, value, f"a list of at most {most} entries")
    return value


def identifier(value: Any, param: str) -> str:
    """The name of a function, or the id of a call: no spaces, nothing that means something."""
    if not isinstance(value, str) or not IDENTIFIER.fullmatch(value):
        raise wrong(param, value, "1 to 128 letters, digits, or one of _ . : -")
    return value
