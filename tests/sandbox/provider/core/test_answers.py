"""Between AWS's answers and outputs: what is there, what changed, names and ids."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.provider.core import answers
from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import CallError


def refusing(code: str) -> Any:
    def call(**arguments: Any) -> None:
        raise ClientError({"Error": {"Code": code}}, "Do")

    return call


def test_what_is_not_there_is_none_and_other_refusals_stay() -> None:
    assert answers.find(lambda **arguments: arguments, "Gone", call=1) == {"call": 1}
    assert answers.find(refusing("Gone"), "Other", "Gone") is None
    with pytest.raises(ClientError, match="Denied"):
        answers.find(refusing("Denied"), "Gone")


def test_the_first_of_a_listing() -> None:
    assert answers.first(lambda **_: {"Things": [1, 2]}, "Things") == 1
    assert answers.first(lambda **_: {"Things": []}, "Things") is None
    assert answers.first(lambda **_: {}, "Things") is None
    assert answers.first(refusing("Gone"), "Things", "Gone", Id="x") is None


class Listing:
    """A client whose one listing has these pages."""

    def __init__(self, *pages: list[str]) -> None:
        self.pages = pages
        self.asked: list[Any] = []

    def get_paginator(self, operation: str) -> Listing:
        self.asked.append(operation)
        return self

    def paginate(self, **where: Any) -> list[dict[str, Any]]:
        self.asked.append(where)
        return [{"items": page} for page in self.pages] + [{}]


@pytest.mark.parametrize(
    ("pages", "found"),
    [([["a", "b"], ["c"]], "c"), ([["c"], ["c"]], None), ([["a"]], None), ([], None)],
)
def test_the_one_is_told_by_all_pages_or_not_at_all(pages: list[list[str]], found: Any) -> None:
    client = Listing(*pages)
    one = answers.the_one(client, "get_things", "items", lambda each: each == "c", api="x")
    assert one == found and client.asked == ["get_things", {"api": "x"}]


def test_empty_answers_are_not_set_but_for_what_is_promised() -> None:
    outputs = {"a": "", "b": [], "c": {}, "d": 0, "e": False, "f": "x", "g": ""}
    settled = answers.settle(outputs, keep=("g",))
    assert settled == {"a": None, "b": None, "c": None, "d": 0, "e": False, "f": "x", "g": ""}


def test_arguments_that_are_none_are_left_out() -> None:
    assert answers.given(a=None, b=0, c="") == {"b": 0, "c": ""}
    assert answers.pick({"a": None, "b": 0, "c": 1}, "a", "b", "d") == {"b": 0}


def test_sets_have_the_order_of_the_program() -> None:
    assert answers.same_order(["d", "c", "b", "a"], ["c", "x", "a"]) == ["c", "a", "b", "d"]
    assert answers.same_order(["b", "a"], None) == ["a", "b"]
    assert answers.in_order([3, 1, 2], [2, 3]) == [2, 3, 1]
    blocks = [{"key": "b"}, {"key": "new"}, {"key": "a"}]
    last = [{"key": "a", "more": 1}, {"key": "b"}]
    ordered = answers.in_order(blocks, last, lambda block: block["key"])
    assert [block["key"] for block in ordered] == ["a", "b", "new"]
    assert answers.in_order(blocks, None) == blocks


@pytest.mark.parametrize(
    ("old", "new", "differs"),
    [(1, 1, False), (1, 2, True), (None, "", False), (0, [], False), ("a", None, True)],
)
def test_nothing_and_empty_are_the_same(old: Any, new: Any, differs: bool) -> None:
    assert answers.changed("x", {"x": old}, {"x": new}) is differs
    assert answers.changed("x", {}, {"x": new}) is bool(new)


@pytest.mark.parametrize(
    ("value", "text"), [(True, "true"), (False, "false"), (None, ""), (1.5, "1.5"), ("a", "a")]
)
def test_values_as_texts(value: Any, text: str) -> None:
    assert answers.text(value) == text


def test_a_made_up_name_has_its_prefix_time_and_number() -> None:
    one, two = answers.unique_name("app-"), answers.unique_name("app-")
    assert (
        re.fullmatch(r"app-\d{18}[0-9a-f]{8}", one) and int(two[-8:], 16) == int(one[-8:], 16) + 1
    )
    made = datetime.strptime(one[4:18], "%Y%m%d%H%M%S").replace(tzinfo=timezone.utc)
    assert abs(datetime.now(timezone.utc) - made) < timedelta(minutes=1)
    assert answers.prefix_of(one) == "app-" and answers.prefix_of("app-one") == ""
    for other in ("x" * 18 + "0" * 8, "0" * 18 + "g" * 8, "0" * 18 + "X" * 8, "0" * 25):
        assert answers.prefix_of(f"app-{other}") == ""


def test_a_name_is_given_or_made() -> None:
    assert answers.named({"name": "n", "namePrefix": "p"}) == "n"
    assert answers.prefix_of(answers.named({"namePrefix": "p-"})) == "p-"
    assert answers.prefix_of(answers.named({"bucketPrefix": "b-"}, "bucket")) == "b-"
    assert answers.prefix_of(answers.named({})) == "terraform-"


def test_times_are_utc_and_in_whole_seconds() -> None:
    east = timezone(timedelta(hours=2))
    assert answers.timestamp(datetime(2026, 1, 2, 3, 4, 5, 678, east)) == "2026-01-02T01:04:05Z"
    assert answers.timestamp("2026") == "2026" and answers.timestamp(None) == ""


def test_what_is_found_by_an_argument() -> None:
    find = answers.by("name")
    assert find(Context(), {"name": "n"}) == "n" and find(Context(), {}) is None


def test_an_id_has_as_many_parts_as_its_form() -> None:
    assert answers.parts_of("a/b/c", "/", "API/PATH") == ["a", "b/c"]
    for wrong in ("a", "a/", "/b", ""):
        told = re.escape(f"unexpected format of ID ({wrong}), expected API/PATH")
        with pytest.raises(CallError, match=f"^{told}$"):
            answers.parts_of(wrong, "/", "API/PATH")
    with pytest.raises(CallError, match=r"^unexpected format for ID \(a\), expected role:name$"):
        answers.parts_of("a", ":", "role:name", "format for ID")


def test_what_only_the_state_tells_is_asked_for_by_the_form_of_an_import() -> None:
    assert answers.known({"api": 1}, "api", "x", "API/ID") == "1"
    for values in ({}, {"api": ""}):
        with pytest.raises(CallError, match=r"^unexpected format of ID \(x\), expected API/ID$"):
            answers.known(values, "api", "x", "API/ID")
