"""Tags: their two forms, and what changes when a program's do."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.provider.core.tags import own_tags, retag, tag_changes, tag_list, tag_map, tagged

PAIRS = [{"Key": "team", "Value": "llm"}, {"Key": "aws:stack", "Value": "x"}, {"Key": "bare"}]


def test_a_list_and_a_map_are_two_forms_of_the_same() -> None:
    assert tag_map(PAIRS) == {"team": "llm", "bare": ""}
    assert tag_list({"team": "llm"}) == PAIRS[:1]
    assert tag_map(None) == {} and tag_list(None) == []


def test_what_aws_itself_puts_on_is_not_the_programs() -> None:
    assert own_tags({"aws:x": "1", "awsome": "2"}) == {"awsome": "2"} and own_tags(None) == {}


def test_a_create_without_tags_says_nothing_of_them() -> None:
    assert tagged({"tags": {"team": "llm"}}) == {"Tags": PAIRS[:1]}
    assert tagged({"tags": {}}) == tagged({}) == {}


def test_changes_are_what_to_take_off_and_what_to_put_on() -> None:
    old, new = {"tags": {"a": "1", "b": "2", "c": "3"}}, {"tags": {"a": "1", "b": "9", "d": "4"}}
    assert tag_changes(old, new) == (["c"], {"b": "9", "d": "4"})
    assert tag_changes(old, {}) == (["a", "b", "c"], {}) and tag_changes({}, {}) == ([], {})


@pytest.mark.parametrize(
    ("old", "new", "asked"),
    [
        ({"a": "1"}, {"a": "1"}, []),
        ({"a": "1"}, None, [{"Arn": "x", "TagKeys": ["a"]}]),
        (None, {"a": "1"}, [{"Arn": "x", "Tags": [{"Key": "a", "Value": "1"}]}]),
        (
            {"a": "1"},
            {"b": "2"},
            [{"Arn": "x", "TagKeys": ["a"]}, {"Arn": "x", "Tags": [{"Key": "b", "Value": "2"}]}],
        ),
    ],
)
def test_only_what_changes_is_asked_for(old: Any, new: Any, asked: list[dict[str, Any]]) -> None:
    calls: list[dict[str, Any]] = []

    def call(**request: Any) -> None:
        calls.append(request)

    retag(call, call, {"tags": old}, {"tags": new}, Arn="x")
    assert calls == asked


def test_an_api_may_take_a_map_under_other_names() -> None:
    calls: list[Any] = []
    names = ("tags", "tagKeys")
    old, new = {"tags": {"a": "1"}}, {"tags": {"b": "2"}}
    retag(
        lambda **request: calls.append(("tag", request)),
        lambda **request: calls.append(("untag", request)),
        old,
        new,
        form=dict,
        names=names,
        arn="x",
    )
    assert calls == [
        ("untag", {"arn": "x", "tagKeys": ["a"]}),
        ("tag", {"arn": "x", "tags": {"b": "2"}}),
    ]
