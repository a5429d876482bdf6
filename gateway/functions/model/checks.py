"""Reading a request: what is not plainly right is refused, with what would be right."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from errors import ApiError
from inner import Limits

DEFAULTS = {"max_tokens": 128, "temperature": 0.0}
BODY_BYTES = 64 * 1024
STOPS = 4
STOP_CHARACTERS = 100
SEEDS = 2**63  # a seed is a signed number of 64 bits
UNREAD = (
    "stop",
    "stop_sequences",
    "parameters.stop",
)  # fields that the model's answer is compared with

Check = Callable[[Any, str], Any]

# Control characters other than tab and line ends, halves of surrogate pairs, and the mark that
# a gateway puts where the bytes were not UTF-8.
NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffd]")


def read(body: bytes, example: str, frames: Collection[str]) -> dict[str, Any]:
    """The JSON object in a request's body.

    Args:
        example: what such a body looks like.
        frames: texts that the model's chat format keeps for itself.
    """
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
        refuse_texts(fields, "", frames)
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


def refuse_texts(value: Any, param: str, frames: Collection[str]) -> None:
    """Refuse text that is none, or would frame a turn, wherever in a request it stands.

    A frame in a prompt would end the user's turn and begin one that looks like ours. So it is
    looked for in all that a caller sends, before anybody asks which of it the model will read.
    """
    if isinstance(value, str):
        refuse_text(value, param, frames)
    elif isinstance(value, list):
        for place, one in enumerate(value):
            refuse_texts(one, f"{param}[{place}]", frames)
    elif isinstance(value, dict):
        for name, one in value.items():
            where = f"{param}.{name[:60]}" if param else name[:60]
            refuse_text(name, where, frames)
            if where not in UNREAD:
                refuse_texts(one, where, frames)


def refuse_text(text: str, param: str, frames: Collection[str]) -> None:
    """Refuse one."""
    if found := NOT_TEXT.search(text):
        raise ApiError(
            400,
            "not_text",
            f"{param[:200]} has the character U+{ord(found[0]):04X} at position {found.start()}; "
            "it must be plain text, sent as UTF-8.",
            param[:200],
        )
    for frame in frames:
        if frame in text:
            message = (
                f"{param[:200]} has {frame} in it, which the model's chat format keeps for itself."
            )
            raise ApiError(400, "reserved_text", message, param[:200])


def wrong(param: str, value: Any, right: str, code: str = "invalid_request") -> ApiError:
    """The refusal of a field's value. A limit that is exceeded has a code of its own, OpenAI's."""
    if isinstance(value, (dict, list)):
        shown = "a list" if isinstance(value, list) else "an object"
    else:
        shown = json.dumps(value)[:60]
    message = f"{param[:200]} is {shown}; it must be {right}."
    return ApiError(400, code, message, param[:200])


def allow_only(fields: Collection[str], known: Collection[str], within: str = "") -> None:
    """Refuse a field that does not exist here, so that no typing error is ignored."""
    for name in fields:
        if name not in known:
            message = f"There is no field {ascii(name)[:60]}. The fields are: {', '.join(known)}."
            raise ApiError(400, "unknown_field", message, within + name[:60])


def text(value: Any, param: str, empty: bool = False) -> str:
    """Text; read() has looked for what may not be in it."""
    if not isinstance(value, str):
        raise wrong(param, value, "text")
    if not value.strip() and not empty:
        raise wrong(param, value, "text with something in it")
    return value


def whole(value: Any, param: str, low: int, high: int) -> int:
    """A whole number. True is one in Python, and none in JSON."""
    right = f"a whole number from {low} to {high}"
    if isinstance(value, bool) or not isinstance(value, int):
        raise wrong(param, value, right)
    if value < low:
        raise wrong(param, value, right, "integer_below_min_value")
    if value > high:
        raise wrong(param, value, right, "integer_above_max_value")
    return value


def number(value: Any, param: str, low: float, high: float) -> float:
    """A number; 1e999 is none, because it is read as infinity."""
    right = f"a number from {low} to {high}"
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise wrong(param, value, right)
    if value < low:
        raise wrong(param, value, right, "decimal_below_min_value")
    if value > high:
        raise wrong(param, value, right, "decimal_above_max_value")
    return float(value)


def some(value: Any, param: str, most: int, what: str) -> list[Any]:
    """A list with something in it, and not too much."""
    right = f"a list of 1 to {most} {what}"
    if not isinstance(value, list):
        raise wrong(param, value, right)
    if not value:
        raise wrong(param, value, right, "empty_array")
    if len(value) > most:
        raise wrong(param, value, right, "array_above_max_length")
    return value


def flag(value: Any, param: str) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise wrong(param, value, "true or false")
    return value


def label(value: Any, param: str, longest: int = 512) -> str:
    """A short text, such as a user's name."""
    right = f"text of at most {longest} characters"
    if not isinstance(value, str):
        raise wrong(param, value, right)
    if len(value) > longest:
        raise wrong(param, value, right, "string_above_max_length")
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
    texts = some([value] if isinstance(value, str) else value, param, STOPS, "texts, or one text")
    for item in texts:
        if not isinstance(item, str) or not 0 < len(item) <= STOP_CHARACTERS:
            raise wrong(param, item, f"text of 1 to {STOP_CHARACTERS} characters")
        if NOT_TEXT.search(item):
            raise wrong(param, item, "plain text")
    return texts


# The fields beside the prompt; "max_tokens" is answer_tokens(), for it depends on the model.
OPTIONS: dict[str, Check] = {
    "temperature": lambda value, param: number(value, param, 0, 2),
    "seed": lambda value, param: whole(value, param, -SEEDS, SEEDS - 1),
    "stop": stops,
}


def answer_tokens(limits: Limits) -> Check:
    """The check for how long an answer may be."""
    return lambda value, param: whole(value, param, 1, limits.answer_tokens)


def options(
    fields: dict[str, Any], checks: Mapping[str, Check], within: str = ""
) -> dict[str, Any]:
    """The fields that `checks` names and the request has, each one checked."""
    return {
        name: check(fields[name], within + name) for name, check in checks.items() if name in fields
    }


# What the dialects of agents have besides

TURNS = 2048  # of a conversation, and parts of a turn; how many fit is a matter of their tokens
ANY_NUMBER = 10**9  # where more is asked for than there is, there is less
IDENTIFIER = re.compile(r"[A-Za-z0-9_.:-]{1,128}")


def an_object(value: Any, param: str) -> dict[str, Any]:
    """An object, whatever is in it."""
    if not isinstance(value, dict):
        raise wrong(param, value, "an object")
    return value


def a_list(value: Any, param: str, most: int = 1000) -> list[Any]:
    """A list that is not too long."""
    right = f"a list of at most {most} entries"
    if not isinstance(value, list):
        raise wrong(param, value, right)
    if len(value) > most:
        raise wrong(param, value, right, "array_above_max_length")
    return value


def placed(values: list[Any], param: str) -> list[tuple[str, Any]]:
    """The entries of a list, each with the place where it stands in the request."""
    return [(f"{param}[{number}]", value) for number, value in enumerate(values)]


def identifier(value: Any, param: str) -> str:
    """The name of a function, or the id of a call: no spaces, nothing that means something."""
    if not isinstance(value, str) or not IDENTIFIER.fullmatch(value):
        raise wrong(param, value, "1 to 128 letters, digits, or one of _ . : -")
    return value
