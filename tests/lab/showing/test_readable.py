"""Answers as short JSON: what is kept, cut and covered, to the character."""

import datetime
import json

import pytest

from lab.showing.readable import SECRET_FIELDS, plain, shown


@pytest.mark.parametrize("value", [None, True, 7, 1.5, "text", "", [], {}, "{", "[1", "{x}"])
def test_what_is_json_stays_as_it_is(value):
    assert plain(value) == value


def test_other_kinds_become_text():
    class Thing:
        def __repr__(self):
            return "<" + "x" * 3000

    assert plain(datetime.datetime(2026, 11, 24, 12)) == "2026-11-24T12:00:00"
    assert plain(datetime.date(2026, 11, 24)) == "2026-11-24"
    assert plain(b"x" * 1234) == plain(bytearray(1234)) == "(1,234 bytes)"
    assert plain(Thing()) == "<" + "x" * 1999
    assert plain((1, {2})) == [1, [2]] and plain(frozenset({3})) == [3]
    assert plain({1: 2}) == {"1": 2}


def test_the_same_secrets_are_covered_wherever_they_are():
    assert plain({"a": [{"Secret-Access_Key": "x", "Name": "y"}], "ResponseMetadata": {}}) == {
        "a": [{"Secret-Access_Key": "[secret]", "Name": "y"}]
    }
    assert plain({"password": [], "cookie": {"a": 1}}) == {
        "password": "[secret]", "cookie": "[secret]"
    }  # fmt: skip
    assert plain({"password": None, "cookie": ""}) == {"password": None, "cookie": ""}
    for name in (
        "Authorization", "Cookie", "Set-Cookie", "X-API-Key", "X-Amz-Security-Token",
        "SecretAccessKey", "SessionToken", "SecretString", "SecretBinary", "Password", "Passphrase",
        "ClientSecret", "authorizationToken", "AccessToken", "RefreshToken", "IdToken", "OpenIdToken",
        "SecretHash", "SecretCode", "ServicePassword", "TemporaryPassword", "PrivateKey",
        "KeyMaterial", "Plaintext",
    ):  # fmt: skip
        assert plain({name: "x"}) == {name: "[secret]"}
    assert len(SECRET_FIELDS) == 24


@pytest.mark.parametrize(
    "found, covered",
    [
        ({"stageKeys": [], "value": "x"}, True), ({"type": "API_KEY", "value": "x"}, True),
        ({"enabled": True, "createdDate": "d", "value": "x"}, True),
        ({"enabled": True, "value": "x"}, False), ({"createdDate": "d", "value": "x"}, False),
        ({"type": "other", "value": "x"}, False), ({"Type": "API_KEY", "value": "x"}, False),
        ({"Type": "SecureString", "Value": "x"}, True), ({"Type": "String", "Value": "x"}, False),
        ({"type": "SecureString", "Value": "x"}, False), ({"type": "API_KEY", "value": ""}, False),
        ({"value": "x"}, False),
    ],
    ids=range(12),
)  # fmt: skip
def test_a_value_is_a_secret_by_what_stands_beside_it(found, covered):
    name = "value" if "value" in found else "Value"
    assert plain(found) == {**found, name: "[secret]" if covered else found[name]}


@pytest.mark.parametrize(
    "name",
    ["DB_PASSWORD", "PASSPHRASE", "MY_SECRET", "TOKEN", "API_KEY", "PRIVATE_KEY", "ACCESS_KEY"],
)
def test_a_variable_of_a_function_is_a_secret_by_the_end_of_its_name(name):
    assert plain({name: "x", "OTHER": "y"}) == {name: "[secret]", "OTHER": "y"}
    assert plain({f"{name}_NAME": "x", "OTHER": "y"}) == {f"{name}_NAME": "x", "OTHER": "y"}
    mixed = {f"MY_{name}": "x", "other": "y"}
    assert plain(mixed) == mixed


def test_the_proof_of_a_signed_link_is_covered_and_no_more_of_it():
    link = 'https://b.s3.amazonaws.com/k?X-Amz-Date=d&{}=abc&x=y see "?{}=d e"'
    for name in ("X-Amz-Signature", "x-amz-security-token", "Signature"):
        text = link.format(name, name)
        assert plain(text) == text.replace("=abc", "=[secret]").replace("=d e", "=[secret] e")
    assert plain("My-Signature=abc") == "My-Signature=abc"


def test_json_in_a_text_is_shown_as_data():
    inner = {"Version": "2012-10-17", "password": "x"}
    covered = {"Version": "2012-10-17", "password": "[secret]"}
    assert plain(json.dumps(inner)) == covered
    assert plain([json.dumps([inner])]) == [[covered]]
    assert plain(json.dumps(inner).replace('"', '\\"')) == covered
    long = "[" + " " * 99_997 + "]"
    assert len(long) == 99_999 and plain(long) == []
    assert plain(long + " ") == (long + " ")[:2000] + "… (100,000 characters)"


def test_a_text_has_two_thousand_characters_at_most():
    assert plain("x" * 2000) == "x" * 2000
    assert plain("x" * 2001) == "x" * 2000 + "… (2,001 characters)"


def deep(levels, inner="end"):
    for _ in range(levels):
        inner = {"a": inner}
    return inner


def test_twelve_levels_are_shown_and_a_number_below_them():
    assert plain(deep(11)) == deep(11)
    assert plain(deep(12)) == deep(12, "… (deeper)")
    assert plain(deep(12, 5)) == deep(12, 5)
    lists = [[[[[[[[[[[["end"]]]]]]]]]]]]
    assert "… (deeper)" in json.dumps(plain(lists), ensure_ascii=False)
    assert plain(json.dumps(deep(10, {}))) == deep(10, {})  # JSON in a text is a level of its own
    assert plain(json.dumps(deep(11, {}))) == deep(11, "… (deeper)")


def test_so_many_lines_are_shown_and_the_rest_is_counted():
    assert shown([1, 2], 4) == "[\n  1,\n  2\n]"
    assert shown([1, 2], 3) == "[\n  1,\n  2\n… 1 of 4 lines cut"
    assert shown(list(range(1998)), 1) == "[\n… 1,999 of 2,000 lines cut"
    assert shown("é", 1) == '"é"'
