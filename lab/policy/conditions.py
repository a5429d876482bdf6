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

    Each character of the text is one step, however many `*` there are: all the places in the pattern
    that have been reached are the bits of one number.
    """
    fits: dict[str, int] = {}  # the places that a character leads on from
    any_one = stays = 0  # those that every character leads on from, and those that it may stay at
    place = 1
    for wanted in map(str.lower, pattern) if ignore_case else pattern:
        if wanted == "*":
            stays |= place
            continue
        if wanted == "?":
            any_one |= place
        else:
            fits[wanted] = fits.get(wanted, 0) | place
        place <<= 1
    reached = 1
    for given in map(str.lower, text) if ignore_case else text:
        reached = (reached & (fits.get(given, 0) | any_one)) << 1 | reached & stays
        if not reached:
            return False
    return bool(reached & place)


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
