"""Values survive the way over the wire and back."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.provider.core import wire
from sandbox.provider.core.wire import (
    ARCHIVE,
    ASSET,
    OUTPUT,
    SECRET,
    SIG,
    UNKNOWN,
    Secret,
    decode,
    encode,
)

VALUES: dict[str, Any] = {
    "text": "x",
    "empty": "",
    "number": 3,
    "part": 0.5,
    "yes": True,
    "no": False,
    "list": ["a", 1, [True]],
    "none": [],
    "map": {"a.b": {"c": "d"}, "e": {}},
    "unknown": UNKNOWN,
    "nested": {"deep": [UNKNOWN, {"x": UNKNOWN}]},
    "secret": Secret("s"),
    "hidden": {"in": [Secret({"a": 1})]},
    "code": {SIG: ARCHIVE, "hash": "h", "assets": {"f": {SIG: ASSET, "text": "x"}}},
}


@pytest.mark.parametrize("name", VALUES)
def test_a_value_comes_back_as_it_was(name: str) -> None:
    message = encode({name: VALUES[name]})
    assert decode(message.FromString(message.SerializeToString())) == {name: VALUES[name]}


def test_whole_numbers_come_back_as_int() -> None:
    found = decode(encode({"a": 3.0, "b": True}))
    assert isinstance(found["a"], int) and found["b"] is True


def test_names_without_a_value_are_left_out() -> None:
    assert decode(encode({"a": None, "b": {"c": None}})) == {"b": {}}


def test_output_values_are_understood() -> None:
    signed = {SIG: OUTPUT}
    assert decode(encode({"a": {**signed, "value": "x"}})) == {"a": "x"}
    assert decode(encode({"a": {**signed, "value": "x", "secret": True}})) == {"a": Secret("x")}
    assert decode(encode({"a": signed})) == {"a": UNKNOWN}


def test_a_secret_is_signed_and_does_not_show_in_its_text() -> None:
    (value,) = encode({"a": Secret("hush")}).fields.values()
    assert value.struct_value.fields[SIG].string_value == SECRET
    assert "hush" not in repr(Secret("hush"))


def test_plain_takes_secrets_away_at_any_depth() -> None:
    assert wire.plain(VALUES)["hidden"] == {"in": [{"a": 1}]}
    assert wire.has_secret(VALUES) and not wire.has_secret(wire.plain(VALUES))


def test_unknowns_are_found_at_any_depth() -> None:
    assert wire.has_unknown(VALUES["nested"]) and wire.has_unknown(Secret([UNKNOWN]))
    assert not wire.has_unknown(VALUES["map"])


@pytest.mark.parametrize(
    ("value", "like", "marked"),
    [
        ("x", "y", "x"),
        ("x", Secret("y"), Secret("x")),
        ({"a": "1", "b": "2"}, {"a": Secret("0")}, {"a": Secret("1"), "b": "2"}),
        (["1", "2"], ["0", Secret("0")], ["1", Secret("2")]),
        (["1"], ["0", Secret("0")], Secret(["1"])),
        ('{"a":1}', {"a": Secret(1)}, Secret('{"a":1}')),
        (None, Secret("y"), None),
    ],
)
def test_an_output_keeps_what_its_argument_kept(value: Any, like: Any, marked: Any) -> None:
    assert wire.mark(value, like) == marked
