"""Diff against what was measured on the official provider."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.provider.check.arguments import Naming, check
from sandbox.provider.core import facts
from sandbox.provider.core.diff import diff, recomputed
from sandbox.provider.core.runs import Settings
from sandbox.provider.core.wire import UNKNOWN, Secret
from tests.sandbox.provider import measured

Json = dict[str, Any]


def checked(table: Json, config: Json) -> Json:
    """The arguments as Check leaves them; refusals of made-up values do not matter here."""
    fact = facts.of(table["token"])
    assert fact is not None
    inputs = measured.to_pulumi(table["names"], table["schema"], config)
    return check(fact, "r", inputs, {}, Settings(), Naming(seed=b"same"))[0]


def action(table: Json, old: Json, new: Json) -> str:
    """What the provider would do between two configurations."""
    fact = facts.of(table["token"])
    assert fact is not None
    difference = diff(fact, checked(table, old), checked(table, new))
    return "replace" if difference.replaces else "update" if difference.changes else "none"


def expectations(tables: Json) -> Iterator[Any]:
    """One case for each argument and each way that it may differ."""
    for type, table in tables.items():
        for path, fact in table["replace"].items():
            attribute = measured.attribute(table["schema"], path)
            top = path.split(".")[0]
            if top not in table["names"] or (
                attribute and attribute.get("computed") and not attribute.get("optional")
            ):
                continue
            for kind in ("change", "add", "remove"):
                expected = fact.get(kind, fact.get("change"))
                if kind == "change" and fact.get("block"):
                    continue
                if kind != "change" and attribute and attribute.get("required"):
                    continue
                if expected is not None and kind not in fact.get("skip", ()):
                    yield pytest.param(table, path, kind, expected, id=f"{type}-{path}-{kind}")


# These were measured with the default as the first value: coming and going changes nothing.
MEASURED_FROM_DEFAULT: dict[str, Any] = {
    "vpc_config.ipv6_allowed_for_dual_stack": False,
    "recovery_window_in_days": 30,
    "token_validity_units.access_token": "hours",
    "token_validity_units.id_token": "hours",
    "token_validity_units.refresh_token": "days",
}


def configurations(table: Json, path: str, kind: str) -> tuple[Json, Json]:
    """Two configurations that differ in one argument alone."""
    schema = table["schema"]
    attribute = measured.attribute(schema, path)
    if attribute is None:
        inside = schema
        for block in path.split("."):
            inside = inside["blocks"][block]
        first, second = [measured.block_sample(inside)], None
    else:
        first, second = (measured.sample(attribute["type"], later) for later in (False, True))
        if path in MEASURED_FROM_DEFAULT:
            first = MEASURED_FROM_DEFAULT[path]
            second = not first if isinstance(first, bool) else second
    values = {"change": (first, second), "add": (None, first), "remove": (first, None)}[kind]
    before, after = (measured.with_value(table["smallest"], schema, path, v) for v in values)
    return before, after


def told(tables: Json) -> list[Any]:
    """The cases without those about a name that goes: Pulumi makes one up, and so replaces."""
    return [case for case in expectations(tables) if not _made_up(*case.values[:3])]


def _made_up(table: Json, path: str, kind: str) -> bool:
    fact = facts.of(table["token"])
    assert fact is not None
    wire = table["names"].get(path, {}).get("pulumi", "")
    return kind != "change" and wire in (fact.name_of, f"{fact.name_of}Prefix")


CASES = told(measured.load())


def test_every_type_of_the_chapters_is_covered() -> None:
    assert {str(case.id).split("-")[0] for case in CASES} == set(measured.TYPES)
    assert len(CASES) > 250


@pytest.mark.parametrize(("table", "path", "kind", "expected"), CASES)
def test_an_argument_does_what_it_does_on_the_official_provider(
    table: Json, path: str, kind: str, expected: str
) -> None:
    before, after = configurations(table, path, kind)
    assert action(table, before, after) == expected


@pytest.mark.skipif(not measured.SHARED.exists(), reason="the whole measurements are not here")
def test_every_other_type_agrees_too() -> None:
    names = measured.json.loads((measured.SHARED / "schema.json").read_text())["resources"]
    rest = tuple(t for t in names if t not in measured.TYPES and t != "aws_wafv2_web_acl")
    wrong = []
    for case in told(measured.copied(measured.SHARED, rest)):
        table, path, kind, expected = case.values
        got = action(table, *configurations(table, path, kind))
        if got != expected:
            wrong.append(f"{case.id}: {got}, measured {expected}")
    assert wrong == []


# Values that mean the same


def changes(token: str, old: Json, new: Json) -> list[tuple[str, str, str]]:
    fact = facts.of(token)
    assert fact is not None
    return [(c.path, c.kind, c.action) for c in diff(fact, old, new).changes]


ROLE, FUNCTION, API = (
    "aws:iam/role:Role",
    "aws:lambda/function:Function",
    "aws:apigateway/restApi:RestApi",
)


def test_a_policy_that_says_the_same_is_no_change() -> None:
    old = {"assumeRolePolicy": '{"Version": "2012-10-17", "Statement": [{"Action": ["a"]}]}'}
    new = {"assumeRolePolicy": '{"Statement":[{"Action":"a"}],"Version":"2012-10-17"}'}
    assert changes(ROLE, old, new) == []
    other = {"assumeRolePolicy": '{"Statement":[{"Action":"b"}],"Version":"2012-10-17"}'}
    assert changes(ROLE, old, other) == [("assumeRolePolicy", "change", "update")]


def test_a_set_has_no_order_and_a_list_has_one() -> None:
    assert changes(ROLE, {"managedPolicyArns": ["a", "b"]}, {"managedPolicyArns": ["b", "a"]}) == []
    assert changes(FUNCTION, {"layers": ["a", "b"]}, {"layers": ["b", "a"]}) != []


def test_one_new_item_of_a_set_is_one_change() -> None:
    old, new = {"managedPolicyArns": ["a", "b"]}, {"managedPolicyArns": ["b", "c", "a"]}
    assert changes(ROLE, old, new) == [("managedPolicyArns[1]", "add", "update")]


def test_nothing_and_zero_are_the_same() -> None:
    assert changes(ROLE, {"description": ""}, {}) == []
    assert changes(ROLE, {}, {"forceDetachPolicies": False, "tags": {}}) == []


def test_an_explicit_zero_is_a_change_even_of_what_aws_fills_in() -> None:
    old, new = {"disableExecuteApiEndpoint": True}, {"disableExecuteApiEndpoint": False}
    assert changes(API, old, new) == [("disableExecuteApiEndpoint", "change", "update")]
    assert changes(API, old, {}) == []


def test_code_is_compared_by_its_hash() -> None:
    one, other = ({**measured.ZIP, "hash": h} for h in ("1", "2"))
    assert changes(FUNCTION, {"code": {**one, "path": "here"}}, {"code": one}) == []
    assert changes(FUNCTION, {"code": one}, {"code": other}) == [("code", "change", "update")]


def test_new_code_makes_the_outputs_about_it_unknown() -> None:
    fact = facts.of(FUNCTION)
    assert fact is not None
    one, other = ({"code": {**measured.ZIP, "hash": h}, "publish": True} for h in ("1", "2"))
    assert {"lastModified", "version"} <= recomputed(fact, diff(fact, one, other), other)
    more = {**one, "memorySize": 256, "publish": False}
    assert recomputed(fact, diff(fact, {**one, "publish": False}, more), more) == set()


def test_an_unknown_value_replaces_where_a_change_does() -> None:
    stage = "aws:apigateway/stage:Stage"
    assert changes(stage, {"restApi": "a"}, {"restApi": UNKNOWN}) == [
        ("restApi", "change", "replace")
    ]
    assert changes(stage, {"deployment": "a"}, {"deployment": UNKNOWN}) == [
        ("deployment", "change", "update")
    ]


def test_secrets_are_compared_by_value() -> None:
    old = {"environment": {"variables": {"KEY": Secret("x")}}}
    assert changes(FUNCTION, old, {"environment": {"variables": {"KEY": "x"}}}) == []
    new = {"environment": {"variables": {"KEY": Secret("y"), "my.key": "z"}}}
    assert changes(FUNCTION, old, new) == [
        ("environment.variables.KEY", "change", "update"),
        ('environment.variables["my.key"]', "add", "update"),
    ]


def test_environment_variables_that_come_with_their_block_are_a_change() -> None:
    new = {"environment": {"variables": {"KEY": "x"}}}
    assert changes(FUNCTION, {}, new) == [("environment.variables", "add", "update")]
    assert changes(FUNCTION, new, {}) == [("environment.variables", "remove", "update")]
    assert changes(FUNCTION, {}, {"environment": {}}) == []


def test_default_tags_alone_are_told_under_tags_all() -> None:
    old, new = {"tagsAll": {"a": "1"}}, {"tagsAll": {"a": "2"}}
    assert changes(ROLE, old, new) == [("tagsAll.a", "change", "update")]
    both = {"tags": {"b": "1"}, "tagsAll": {"a": "1", "b": "1"}}
    assert changes(ROLE, old, both) == [("tags", "add", "update")]


def test_ignored_changes_are_not_seen() -> None:
    fact = facts.of(FUNCTION)
    assert fact is not None
    old, new = {"memorySize": 128, "timeout": 3}, {"memorySize": 256, "timeout": 4}
    assert diff(fact, old, new, ("memorySize",)).properties == ["timeout"]


def test_a_name_that_the_program_chose_and_keeps_makes_delete_come_first() -> None:
    fact = facts.of(ROLE)
    assert fact is not None
    chosen, made = {"__defaults": []}, {"__defaults": ["name"]}
    old, new = {"name": "x", "path": "/a/"}, {"name": "x", "path": "/b/"}
    assert diff(fact, {**old, **chosen}, {**new, **chosen}).delete_first
    assert not diff(fact, {**old, **made}, {**new, **made}).delete_first
    assert not diff(fact, {**old, **chosen}, {**new, **chosen, "name": "y"}).delete_first


def test_what_would_be_the_same_thing_to_aws_is_deleted_first() -> None:
    fact = facts.of("aws:apigateway/integration:Integration")
    assert fact is not None and diff(fact, {"type": "MOCK"}, {"type": "AWS"}).delete_first


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("TOKEN", "REQUEST", "update"),
        ("TOKEN", "COGNITO_USER_POOLS", "replace"),
        ("COGNITO_USER_POOLS", "REQUEST", "replace"),
    ],
)
def test_an_authorizer_is_another_one_when_user_pools_come_or_go(
    old: str, new: str, expected: str
) -> None:
    found = changes("aws:apigateway/authorizer:Authorizer", {"type": old}, {"type": new})
    assert found == [("type", "change", expected)]


# A type that was not measured: what the official provider's documentation says of it.
EVENTS = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"


@pytest.mark.parametrize(
    ("argument", "old", "new", "expected"),
    [
        ("functionName", "f", "g", "replace"),
        ("qualifier", "1", "2", "replace"),
        ("qualifier", None, "2", "replace"),
        ("qualifier", "1", None, "replace"),
        ("maximumEventAgeInSeconds", 60, 70, "update"),
        ("maximumEventAgeInSeconds", 60, None, "update"),
        ("maximumRetryAttempts", 0, 2, "update"),
        ("destinationConfig", {"onFailure": {"destination": "a"}}, None, "update"),
    ],
)
def test_an_argument_of_asynchronous_calls_replaces_or_updates(
    argument: str, old: Any, new: Any, expected: str
) -> None:
    values = [{argument: value} if value is not None else {} for value in (old, new)]
    assert {action for _, _, action in changes(EVENTS, *values)} == {expected}
