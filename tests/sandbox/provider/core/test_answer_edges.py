"""AWS's answers and outputs at their edges: names, tags, times, and what counts as the same."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError

from sandbox.provider.core import answers, tags
from sandbox.provider.core.context import Context


def refused(code="NoSuchThing", operation="GetRole"):
    return ClientError(
        {"Error": {"Code": code, "Message": "no"},
         "ResponseMetadata": {"HTTPStatusCode": 404, "RequestId": "r1"}}, operation,
    )  # fmt: skip


def raising(error):
    def call(**_):
        raise error

    return call


def test_only_the_codes_that_mean_not_there_are_none():
    assert answers.find(lambda **given: given, "Gone", Name="x") == {"Name": "x"}
    assert answers.find(raising(refused("Gone")), "Other", "Gone") is None
    with pytest.raises(ClientError):
        answers.find(raising(refused("Denied")), "Gone")
    with pytest.raises(ClientError):
        answers.find(raising(refused("Gone")))
    with pytest.raises(ClientError):
        answers.find(raising(ClientError({}, "GetRole")), "Gone")


def test_what_was_never_set_becomes_none():
    found = {"a": "", "b": [], "c": {}, "d": 0, "e": False, "f": "x", "g": ""}
    assert answers.settle(found, keep=["g"]) == {
        "a": None, "b": None, "c": None, "d": 0, "e": False, "f": "x", "g": ""
    }  # fmt: skip
    assert answers.settle({"a": []}) == {"a": None}
    assert answers.given(a=None, b=0, c="", d=False) == {"b": 0, "c": "", "d": False}


@pytest.mark.parametrize(
    "values, last, ordered",
    [(["b", "a", "c"], ["c", "x", "a"], ["c", "a", "b"]), (["b", "a"], None, ["a", "b"]), ([], ["a"], []),
     (["b", "a"], [], ["a", "b"])],
)  # fmt: skip
def test_a_set_keeps_the_programs_order(values, last, ordered):
    assert answers.same_order(values, last) == ordered


@pytest.mark.parametrize(
    "old, new, differs",
    [({}, {}, False), ({"a": None}, {"a": ""}, False), ({"a": []}, {}, False), ({"a": 1}, {"a": 2}, True),
     ({"a": 1}, {}, True), ({"a": 1}, {"a": 1}, False)],
)  # fmt: skip
def test_nothing_and_empty_are_the_same(old, new, differs):
    assert answers.changed("a", old, new) is differs


def test_a_made_up_name_has_a_prefix_that_can_be_told():
    one, two = answers.unique_name("role-"), answers.unique_name("role-")
    assert one != two and len(one) == len("role-") + 26
    assert answers.prefix_of(one) == "role-" and answers.prefix_of(two) == "role-"
    now = datetime.now(timezone.utc)
    made = datetime.strptime(one[5:19], "%Y%m%d%H%M%S").replace(tzinfo=timezone.utc)
    assert abs(now - made) < timedelta(seconds=10)
    assert int(two[-8:], 16) == int(one[-8:], 16) + 1


def test_a_made_up_name_ends_in_tenths_of_a_millisecond(monkeypatch):
    moment = datetime(2026, 1, 2, 3, 4, 5, 12_399, tzinfo=timezone.utc)
    monkeypatch.setattr(answers, "datetime", SimpleNamespace(now=lambda zone: moment))
    assert answers.unique_name("p")[:-8] == "p202601020304050123"


@pytest.mark.parametrize(
    "name, prefix",
    [("", ""), ("role", ""), ("2026010203040501230000000a", ""), ("a2026010203040501230000000a", "a"),
     ("a202601020304050123000000ag", ""), ("a20260102030405012x0000000a", ""),
     ("a2026010203040501230000000A", ""), ("202601020304050123000000a", "")],
)  # fmt: skip
def test_other_names_have_no_prefix(name, prefix):
    assert answers.prefix_of(name) == prefix


def test_a_name_is_given_or_made_of_its_prefix():
    assert answers.named({"name": "x", "namePrefix": "y"}) == "x"
    assert answers.prefix_of(answers.named({"namePrefix": "y"})) == "y"
    assert answers.prefix_of(answers.named({})) == "terraform-"
    assert answers.named({"bucket": "b"}, "bucket") == "b"
    assert answers.prefix_of(answers.named({"bucketPrefix": "p"}, "bucket")) == "p"


def test_times_are_in_utc_to_the_second():
    moment = datetime(2026, 1, 2, 3, 4, 5, 999, tzinfo=timezone(timedelta(hours=1)))
    assert answers.timestamp(moment) == "2026-01-02T02:04:05Z"
    assert (answers.timestamp("x"), answers.timestamp(None), answers.timestamp(7)) == ("x", "", "7")


def test_tags_of_ones_own_and_their_changes():
    assert tags.own_tags({"a": "1", "aws:b": "2", "xaws:": "3"}) == {"a": "1", "xaws:": "3"}
    assert tags.own_tags(None) == {}
    old, new = {"tags": {"b": "1", "a": "1", "c": "1"}}, {"tags": {"c": "2", "d": "1"}}
    assert tags.tag_changes(old, new) == (["a", "b"], {"c": "2", "d": "1"})
    assert tags.tag_changes({}, {"tags": None}) == ([], {})
    assert tags.tag_changes({"tags": {"a": "1"}}, {"tags": {"a": "1"}}) == ([], {})


@pytest.mark.parametrize("inputs, id", [({"name": "x"}, "x"), ({"name": 7}, "7"), ({}, None),
                                        ({"name": ""}, None), ({"name": None}, None)])  # fmt: skip
def test_what_an_interrupted_create_left_is_found_by_an_argument(inputs, id):
    assert answers.by("name")(Context(), inputs) == id


def test_only_one_that_is_wanted_is_the_one():
    pages = [{"items": [{"n": 1}, {"n": 2}]}, {}, {"items": [{"n": 3}]}]
    asked = []
    paginate = lambda **where: asked.append(where) or pages  # noqa: E731
    client = SimpleNamespace(
        get_paginator=lambda operation: (
            asked.append(operation) or SimpleNamespace(paginate=paginate)
        )
    )

    def the_one(wanted, **where):
        return answers.the_one(client, "get_things", "items", wanted, **where)

    assert the_one(lambda item: item["n"] == 3, restApiId="a") == {"n": 3}
    assert the_one(lambda item: item["n"] > 1) is None
    assert the_one(lambda item: False) is None
    assert answers.the_one(client, "get_things", "others", lambda item: True) is None
    assert asked[:3] == ["get_things", {"restApiId": "a"}, "get_things"] and asked[3] == {}
