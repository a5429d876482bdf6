"""Policy documents: their normal form, and when two say the same."""

from __future__ import annotations

import json

import pytest

from sandbox.provider.core import policy


def document(**statement: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_the_normal_form_has_sorted_keys_and_no_spaces() -> None:
    text = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "a:b"}}'
    assert policy.normal(text) == (
        '{"Statement":{"Action":"a:b","Effect":"Allow"},"Version":"2012-10-17"}'
    )
    assert policy.normal(text, version_first=True) == (
        '{"Version":"2012-10-17","Statement":{"Action":"a:b","Effect":"Allow"}}'
    )


def test_the_normal_form_is_escaped_as_go_does_it_and_means_the_same() -> None:
    text = json.dumps({"Condition": "<é&>"})
    assert policy.normal(text) == '{"Condition":"\\u003cé\\u0026\\u003e"}'
    assert json.loads(policy.normal(text)) == json.loads(text)


def test_what_is_not_json_stays_for_aws_to_refuse() -> None:
    assert policy.normal("no JSON") == "no JSON" and policy.normal("") == ""


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"Action": ["a:1", "a:2"]}, {"Action": ["a:2", "a:1"]}, True),
        ({"Action": ["a:1"]}, {"Action": "a:1"}, True),
        ({"Action": "a:1", "Sid": "x"}, {"Sid": "x", "Action": "a:1"}, True),
        ({"Action": "a:1"}, {"Action": "a:2"}, False),
        ({"Action": "a:1"}, {"NotAction": "a:1"}, False),
        ({"Action": ["a:1", "a:1"]}, {"Action": ["a:1", "a:2"]}, False),
    ],
)
def test_order_and_lists_of_one_do_not_matter(
    one: dict[str, object], other: dict[str, object], same: bool
) -> None:
    assert policy.equivalent(document(**one), document(**other)) is same


def test_the_last_text_stays_while_aws_says_the_same() -> None:
    last = policy.normal(document(Action=["b:2", "a:1"]))
    assert policy.current(document(Action=["a:1", "b:2"]), last) == last
    other = document(Action="c:3")
    assert policy.current(other, last) == policy.normal(other)
