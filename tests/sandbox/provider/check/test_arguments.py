"""Check against what was measured on the official provider: refusals, defaults, names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.provider.check.arguments import Naming, check
from sandbox.provider.core.runs import Settings
from sandbox.provider.core.wire import UNKNOWN, Secret
from tests.sandbox.provider import measured
from tests.sandbox.provider.check.checking import ROLE, TRUST, Json, inputs_of, of

METHOD, API = "aws:apigateway/method:Method", "aws:apigateway/restApi:RestApi"


# What cannot happen in Pulumi: a list of one is a single value there, a missing name is made up.
NOT_IN_PULUMI = {"two endpoint types", "name missing", "two settings blocks", "two target arns"}


def problems(token: str, inputs: Json) -> list[str]:
    return check(of(token), "r", inputs, {}, Settings(), Naming(seed=b"s"))[1]


def cases(accepted: bool, types: Json) -> Iterator[Any]:
    for type, table in types.items():
        for case in table["cases"]:
            if case["accepted"] is accepted and case["case"] not in NOT_IN_PULUMI:
                yield pytest.param(table, case, id=f"{type}-{case['case']}")


def configured(table: Json, case: Json) -> Json:
    """The smallest valid configuration with the case's values, as a Pulumi program has it."""
    config = {**table["smallest"], **case["input"]}
    # A program that gives no name gets one, so the name must stay away from the prefix's case.
    return measured.to_pulumi(table["names"], table["schema"], config)


def official(table: Json, diagnostic: Json) -> str:
    """The sentence of Pulumi's own provider around a message of the Terraform provider."""
    text = ". ".join(filter(None, (diagnostic["summary"], diagnostic.get("detail"))))
    if not diagnostic.get("attribute"):
        return text
    names, path = table["names"], ""
    for name, index in re.findall(r"(\w+)|\[(\d+)\]", diagnostic["attribute"]):
        if name:
            entry = names[name]
            path += ("." if path else "") + entry["pulumi"]
            names = entry.get("members", {})
        elif not entry.get("max_items_one"):
            path += f"[{index}]"
    return f"{text}. Examine values at 'r.{path}'."


REFUSED, ACCEPTED = list(cases(False, measured.load())), list(cases(True, measured.load()))


def test_there_are_cases_of_both_kinds() -> None:
    assert len(REFUSED) > 50 and len(ACCEPTED) > 25


@pytest.mark.parametrize(("table", "case"), REFUSED)
def test_what_the_official_provider_refuses_is_refused_in_its_words(
    table: Json, case: Json
) -> None:
    found = problems(table["token"], configured(table, case))
    told = [d for d in case["diagnostics"] if "deprecated" not in d["summary"]]
    assert sorted(found) == sorted(official(table, diagnostic) for diagnostic in told)


@pytest.mark.parametrize(("table", "case"), ACCEPTED)
def test_what_the_official_provider_lets_pass_passes(table: Json, case: Json) -> None:
    assert problems(table["token"], configured(table, case)) == []


# Pulumi's own word in place of the Terraform provider's.
PULUMI_DEFAULTS: Json = {
    "aws_api_gateway_api_key.description": "Managed by Pulumi",
    "aws_lb_target_group.deregistration_delay": 300,
}


# Required there, but not in Pulumi.
OPTIONAL = {"comparisonOperator", "evaluationPeriods"}


@pytest.mark.parametrize("type", measured.TYPES)
def test_the_smallest_valid_configuration_gets_the_official_defaults(type: str) -> None:
    table = measured.load()[type]
    found = inputs_of(table["token"], configured(table, {"input": {}}))
    for name, value in table["defaults"].items():
        if isinstance(value, dict):  # a normalised document, which calls see to
            continue
        *blocks, last = name.split(".")
        names, inside = table["names"], found
        for block in blocks:
            inside, names = inside[names[block]["pulumi"]], names[block]["members"]
        wire = names[last]["pulumi"]
        assert inside[wire] == PULUMI_DEFAULTS.get(f"{type}.{name}", value)
        assert blocks or wire in found["__defaults"]


@pytest.mark.parametrize("type", measured.TYPES)
def test_each_required_argument_is_asked_for(type: str) -> None:
    table = measured.load()[type]
    fact, inputs = of(table["token"]), configured(table, {"input": {}})
    required = [n for n, f in fact.inputs.items() if f.required and n != fact.name_of]
    for name in required:
        rest = {k: v for k, v in inputs.items() if k != name}
        assert f"Missing required property '{name}'" in problems(table["token"], rest)
    terraform = {n for n, a in table["schema"]["attributes"].items() if a.get("required")}
    terraform |= {n for n, b in table["schema"].get("blocks", {}).items() if b.get("min_items")}
    names = {table["names"][n]["pulumi"] for n in terraform} - {fact.name_of} - OPTIONAL
    assert set(required) == names


@pytest.mark.skipif(not measured.SHARED.exists(), reason="the whole measurements are not here")
def test_other_types_are_refused_as_often() -> None:
    """Rules that the facts do not carry yet are counted, so that the number can only fall."""
    schema = json.loads((measured.SHARED / "schema.json").read_text())["resources"]
    rest = tuple(t for t in schema if t not in measured.TYPES and t != "aws_wafv2_web_acl")
    tables = measured.copied(measured.SHARED, rest)
    missed = [
        c.id
        for c in cases(False, tables)
        if not problems(c.values[0]["token"], configured(*c.values))
    ]
    wrong = [
        c.id for c in cases(True, tables) if problems(c.values[0]["token"], configured(*c.values))
    ]
    assert wrong == []
    assert len(missed) <= 2, missed


# Unknown and ill-formed arguments


def test_an_unknown_argument_is_refused_with_the_close_one() -> None:
    assert problems(ROLE, {"assumeRolePolicy": TRUST, "descripton": "x"}) == [
        "Invalid or unknown key. Did you mean 'description'. Examine values at 'r.descripton'."
    ]


def test_an_unknown_argument_in_a_block_is_refused() -> None:
    inputs = {
        "restApi": "a",
        "deployment": "d",
        "stageName": "v",
        "canarySettings": {"deploymentId": "d", "procent": 1},
    }
    (found,) = problems("aws:apigateway/stage:Stage", inputs)
    assert "'r.canarySettings.procent'" in found


def test_values_take_the_type_of_the_argument() -> None:
    inputs = {
        "assumeRolePolicy": TRUST,
        "maxSessionDuration": "3600",
        "forceDetachPolicies": "true",
    }
    found = inputs_of(ROLE, inputs)
    assert found["maxSessionDuration"] == 3600 and found["forceDetachPolicies"] is True
    assert inputs_of(API, {"minimumCompressionSize": 10})["minimumCompressionSize"] == "10"


@pytest.mark.parametrize(
    ("inputs", "told"),
    [
        ({"maxSessionDuration": "long"}, 'expected integer type, got "long" of type string'),
        ({"maxSessionDuration": 3600.5}, "expected integer type, got 3600.5 of type number"),
        ({"description": ["x"]}, 'expected string type, got ["x"] of type array'),
        ({"tags": "x"}, 'expected map type, got "x" of type string'),
        ({"forceDetachPolicies": "yes"}, 'expected bool type, got "yes" of type string'),
    ],
)
def test_a_value_of_another_type_is_refused(inputs: Json, told: str) -> None:
    (found,) = problems(ROLE, {"assumeRolePolicy": TRUST, **inputs})
    assert found.startswith(told)


def test_a_policy_may_be_a_dict() -> None:
    document = {"Version": "2012-10-17", "Statement": []}
    assert (
        json.loads(inputs_of(ROLE, {"assumeRolePolicy": document})["assumeRolePolicy"]) == document
    )
    with_unknown = {"Version": "2012-10-17", "Statement": [{"Resource": UNKNOWN}]}
    assert inputs_of(ROLE, {"assumeRolePolicy": with_unknown})["assumeRolePolicy"] is UNKNOWN
    with_secret = {"Version": Secret("2012-10-17")}
    assert isinstance(
        inputs_of(ROLE, {"assumeRolePolicy": with_secret})["assumeRolePolicy"], Secret
    )


def test_unknown_values_pass_every_rule() -> None:
    found = inputs_of(
        METHOD,
        {"restApi": UNKNOWN, "resourceId": UNKNOWN, "httpMethod": UNKNOWN, "authorization": "NONE"},
    )
    assert found["httpMethod"] is UNKNOWN


def test_secrets_stay_secret_and_are_still_checked() -> None:
    inputs = {"assumeRolePolicy": TRUST, "description": Secret("x" * 1001)}
    assert len(problems(ROLE, inputs)) == 1
    assert inputs_of(ROLE, {**inputs, "description": Secret("x")})["description"] == Secret("x")


# What the provider's configuration adds


def test_default_tags_are_merged_below_the_resources_own() -> None:
    settings = Settings(default_tags={"team": "a", "stage": "dev"})
    found = inputs_of(ROLE, {"assumeRolePolicy": TRUST, "tags": {"team": "b"}}, settings=settings)
    assert found["tags"] == {"team": "b"}
    assert found["tagsAll"] == {"team": "b", "stage": "dev"}


def test_types_without_tags_get_none() -> None:
    inputs = {"role": "r", "policyArn": "arn:aws:iam::aws:policy/A"}
    settings = Settings(default_tags={"a": "b"})
    assert "tagsAll" not in inputs_of(
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment", inputs, settings=settings
    )


def test_the_region_is_recorded_where_a_type_has_one() -> None:
    settings = Settings(region="eu-central-1")
    assert inputs_of(API, {}, settings=settings)["region"] == "eu-central-1"
    assert inputs_of(API, {"region": "us-west-2"}, settings=settings)["region"] == "us-west-2"
    assert "region" not in inputs_of(ROLE, {"assumeRolePolicy": TRUST}, settings=settings)


# A type that was not measured: what the official provider's documentation says of it

EVENTS = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"


@pytest.mark.parametrize(
    ("inputs", "told"),
    [
        ({"functionName": ""}, "function_name must not be empty, got "),
        ({"qualifier": ""}, "qualifier must not be empty, got "),
        ({"maximumEventAgeInSeconds": 59}, "in the range (60 - 21600), got 59"),
        ({"maximumEventAgeInSeconds": 21601}, "in the range (60 - 21600), got 21601"),
        ({"maximumRetryAttempts": 3}, "in the range (0 - 2), got 3"),
        ({"destinationConfig": {"onFailure": {"destination": "q"}}}, "(q) is an invalid ARN"),
        ({"destinationConfig": {"onSuccess": {}}}, "Missing required property"),
    ],
)
def test_settings_of_asynchronous_calls_are_refused(inputs: Json, told: str) -> None:
    (found,) = problems(EVENTS, {"functionName": "f", **inputs})
    assert told in found


def test_calls_that_fail_are_tried_twice_more_unless_the_program_says_otherwise() -> None:
    assert inputs_of(EVENTS, {"functionName": "f"})["maximumRetryAttempts"] == 2
    assert (
        inputs_of(EVENTS, {"functionName": "f", "maximumRetryAttempts": 0})["maximumRetryAttempts"]
        == 0
    )
