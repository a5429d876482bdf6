"""Conditions of policy statements: whether they hold, or why that cannot be told."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any


class CannotTell(Exception):
    """Something in a policy that cannot be evaluated here; the message says what and why."""


# What is known of a call, by the condition key in small letters. None: it surely has no such key.
Values = Mapping[str, str | None]

# How the operators end that hold where the key is absent.
NEGATED = ("notequals", "notequalsignorecase", "notlike", "notipaddress")


def holds(conditions: Any, values: Values) -> bool:
    """Whether all conditions hold.

    Raises:
        CannotTell: no condition fails, and one cannot be evaluated.
    """
    if not conditions:
        return True
    if not isinstance(conditions, Mapping):
        raise CannotTell("its Condition is no object")
    doubts: list[CannotTell] = []
    for operator, pairs in conditions.items():
        if not isinstance(pairs, Mapping):
            doubts.append(CannotTell(f"the condition {operator} names no key"))
            continue
        for key, wanted in pairs.items():
            try:
                if not _one(str(operator), str(key), wanted, values):
                    return False
            except CannotTell as doubt:
                doubts.append(doubt)
    if doubts:
        raise doubts[0]
    return True


def matches(pattern: str, text: str, ignore_case: bool = False) -> bool:
    """Whether a text fits a pattern of IAM: `*` is any text, `?` one character.

    What is between two `*` is taken where it is found first: the rest of the text is then longest,
    so nothing is tried twice, however many `*` there are.
    """
    if ignore_case:
        pattern, text = pattern.lower(), text.lower()
    first, *others = pattern.split("*")
    if not others:
        return len(first) == len(text) and _is_at(first, text, 0)
    *between, last = others
    end = len(text) - len(last)
    place = len(first)
    if place > end or not _is_at(first, text, 0) or not _is_at(last, text, end):
        return False
    for part in between:
        found = _find(part, text, place, end)
        if found is None:
            return False
        place = found + len(part)
    return True


def _is_at(part: str, text: str, place: int) -> bool:
    """Whether a part of a pattern, without `*`, is at this place of a text."""
    if "?" not in part:
        return text.startswith(part, place)
    given = text[place : place + len(part)]
    return len(given) == len(part) and all(w in ("?", g) for w, g in zip(part, given))


def _find(part: str, text: str, begin: int, end: int) -> int | None:
    """The first place of a part that lies wholly between two others."""
    if "?" not in part:
        found = text.find(part, begin, end)
        return None if found < 0 else found
    places = range(begin, end - len(part) + 1)
    return next((place for place in places if _is_at(part, text, place)), None)


def words(value: Any) -> list[str]:
    """A value or a list of them, as texts: true and 7 are "true" and "7", as in JSON."""
    found = value if isinstance(value, (list, tuple)) else [value]
    return [str(one).lower() if isinstance(one, bool) else str(one) for one in found]


def _one(operator: str, key: str, wanted: Any, values: Values) -> bool:
    name = operator.lower()
    if name.startswith(("forallvalues:", "foranyvalue:")):
        raise CannotTell(f"{operator} compares sets, which this tester does not")
    optional = name.endswith("ifexists") and name != "null"
    name = name.removesuffix("ifexists")
    compare = OPERATORS.get(name)
    if compare is None and name != "null":
        raise CannotTell(f"it does not know the operator {operator}")
    if key.lower() not in values:
        raise CannotTell(f"the value of {key} is not known here; give it: context={{{key!r}: …}}")
    actual, texts = values[key.lower()], words(wanted)
    if name == "null":
        return (actual is None) == (texts == ["true"])
    negated = name.endswith(NEGATED)
    if actual is None:
        return optional or negated
    if any("${" in text for text in texts):
        raise CannotTell(f"{operator} {key} has a policy variable")
    assert compare is not None
    found = [compare(actual, text) for text in texts]
    return not any(found) if negated else any(found)


def _ip(actual: str, wanted: str) -> bool:
    try:
        return ipaddress.ip_address(actual) in ipaddress.ip_network(wanted, strict=False)
    except ValueError as error:
        raise CannotTell(f"{error}") from None


def _number(order: Callable[[float, float], bool]) -> Callable[[str, str], bool]:
    def compare(actual: str, wanted: str) -> bool:
        try:
            return order(float(actual), float(wanted))
        except ValueError:
            raise CannotTell(f"{actual!r} or {wanted!r} is no number") from None

    return compare


def _date(order: Callable[[float, float], bool]) -> Callable[[str, str], bool]:
    def seconds(text: str) -> float:
        try:
            return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
        except ValueError:
            raise CannotTell(f"{text!r} is no time such as 2026-11-24T12:00:00Z") from None

    return lambda actual, wanted: order(seconds(actual), seconds(wanted))


def _same(actual: str, wanted: str) -> bool:
    return actual == wanted


def _same_letters(actual: str, wanted: str) -> bool:
    return actual.lower() == wanted.lower()


def _like(actual: str, wanted: str) -> bool:
    return matches(wanted, actual)


ORDERS: dict[str, Callable[[float, float], bool]] = {
    "equals": lambda a, b: a == b,
    "notequals": lambda a, b: a == b,  # turned round in `_one`
    "lessthan": lambda a, b: a < b,
    "lessthanequals": lambda a, b: a <= b,
    "greaterthan": lambda a, b: a > b,
    "greaterthanequals": lambda a, b: a >= b,
}
# By the operator's name in small letters. A negated one has the comparison that it negates.
OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "stringequals": _same,
    "stringnotequals": _same,
    "stringequalsignorecase": _same_letters,
    "stringnotequalsignorecase": _same_letters,
    "stringlike": _like,
    "stringnotlike": _like,
    "arnequals": _like,
    "arnnotequals": _like,
    "arnlike": _like,
    "arnnotlike": _like,
    "bool": _same_letters,
    "ipaddress": _ip,
    "notipaddress": _ip,
    **{f"numeric{name}": _number(order) for name, order in ORDERS.items()},
    **{f"date{name}": _date(order) for name, order in ORDERS.items()},
}
