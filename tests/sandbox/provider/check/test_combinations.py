"""Refusals of several arguments together, in the official words, and each at its edge."""

from __future__ import annotations

import pytest

from sandbox.provider.check import combinations
from sandbox.provider.check.combinations import CHECKS, HOUR, SECOND, go_duration
from sandbox.provider.core.facts import Type
from sandbox.provider.core.wire import UNKNOWN


def told(terraform, **inputs):
    return list(combinations.refusals(Type("t", terraform, {}), inputs))


def invalid(sentence, path):
    return "", f"Invalid Attribute Combination\n\n{sentence}\n\nPath: {path}"


def test_a_type_without_such_rules_passes():
    assert told("aws_iam_role", anything=1) == []
    assert CHECKS.keys() == {
        "aws_autoscaling_policy", "aws_cognito_user_pool_client", "aws_dynamodb_table",
        "aws_launch_template", "aws_lb_listener", "aws_lb_listener_rule", "aws_lb_target_group",
        "aws_vpc_security_group_egress_rule", "aws_vpc_security_group_ingress_rule",
        "aws_wafv2_web_acl",
    }  # fmt: skip


# DynamoDB

TABLE = {
    "billingMode": "PAY_PER_REQUEST",
    "hashKey": "id",
    "attributes": [{"name": "id", "type": "S"}],
}


def table(**more):
    return told("aws_dynamodb_table", **{**TABLE, **more})


def test_a_table_that_is_right():
    assert table() == []
    assert (
        table(rangeKey="r", attributes=[{"name": "id", "type": "N"}, {"name": "r", "type": "B"}])
        == []
    )
    assert table(billingMode="PROVISIONED", readCapacity=1, writeCapacity=1) == []
    assert told("aws_dynamodb_table", readCapacity=1, writeCapacity=1) == []


@pytest.mark.parametrize("kind", ["S", "N", "B", None, UNKNOWN])
def test_an_attribute_has_one_of_three_types(kind):
    assert (
        told("aws_dynamodb_table", billingMode="x", attributes=[{"name": "a", "type": kind}]) == []
    )


def test_another_type_of_an_attribute_is_told_for_each():
    odd = [{"name": "id", "type": "X"}, {"name": "b", "type": "Y"}]
    assert told("aws_dynamodb_table", billingMode="x", attributes=odd) == [
        ("attributes", 'expected type to be one of ["S" "N" "B"], got X'),
        ("attributes", 'expected type to be one of ["S" "N" "B"], got Y'),
    ]


UNUSED = 'all attributes must be indexed. Unused attributes: ["a" "b"]'
UNMATCHED = 'all indexes must match a defined attribute. Unmatched indexes: ["r" "s"]'
ATTRIBUTES = [{"name": "b", "type": "S"}, {"name": "id", "type": "S"}, {"name": "a", "type": "S"}]


def test_attributes_and_keys_have_to_match():
    assert table(attributes=ATTRIBUTES) == [("", UNUSED)]
    assert table(rangeKey="s", globalSecondaryIndexes=[{"hashKey": "r"}]) == [("", UNMATCHED)]
    both = table(attributes=ATTRIBUTES, rangeKey="s", localSecondaryIndexes=[{"rangeKey": "r"}])
    assert both == [("", f"{UNUSED}\n{UNMATCHED}")]
    assert (
        table(attributes=ATTRIBUTES, globalSecondaryIndexes=[{"hashKey": "a", "rangeKey": "b"}])
        == []
    )
    assert (
        table(attributes=ATTRIBUTES, localSecondaryIndexes=[{"hashKey": "a", "rangeKey": "b"}])
        == []
    )
    assert table(attributes=None) == [
        ("", 'all indexes must match a defined attribute. Unmatched indexes: ["id"]')
    ]
    assert table(rangeKey="") == []


@pytest.mark.parametrize(
    "more", [{"hashKey": None}, {"hashKey": UNKNOWN}, {"rangeKey": UNKNOWN}, {"attributes": UNKNOWN},
             {"globalSecondaryIndexes": [{"hashKey": UNKNOWN}]}, {"name": UNKNOWN},
             {"attributes": [*ATTRIBUTES, {"name": UNKNOWN, "type": "S"}]}],
    ids=range(7),
)  # fmt: skip
def test_what_is_unknown_cannot_mismatch(more):
    assert table(**{"attributes": ATTRIBUTES, **more}) == []


READ = 'read_capacity must be at least 1 when billing_mode is "PROVISIONED"'
WRITE = 'write_capacity must be at least 1 when billing_mode is "PROVISIONED"'


@pytest.mark.parametrize(
    "more, sentence",
    [
        ({}, f"{READ}\n{WRITE}"), ({"readCapacity": 1}, WRITE), ({"writeCapacity": 1}, READ),
        ({"readCapacity": 0, "writeCapacity": 1}, READ), ({"readCapacity": 1, "writeCapacity": 1}, None),
        ({"restoreSourceName": "x"}, None),
    ],
    ids=range(6),
)  # fmt: skip
def test_provisioned_tables_say_how_much(more, sentence):
    assert table(billingMode="PROVISIONED", **more) == ([("", sentence)] if sentence else [])
    nothing_said = {name: value for name, value in TABLE.items() if name != "billingMode"}
    refused = told("aws_dynamodb_table", **nothing_said, **more)
    assert refused == table(billingMode="PROVISIONED", **more), "AWS's default"
    assert table(billingMode="PAY_PER_REQUEST", **more) == []


@pytest.mark.parametrize(
    "ttl, refused",
    [({"enabled": True}, True), ({"enabled": True, "attributeName": ""}, True),
     ({"enabled": True, "attributeName": "e"}, False), ({"enabled": False}, False), ({}, False),
     (UNKNOWN, False), ({"enabled": UNKNOWN}, False)],
    ids=range(7),
)  # fmt: skip
def test_a_time_to_live_names_its_attribute(ttl, refused):
    sentence = (
        'Attribute "ttl[0].attribute_name" must be specified when "ttl[0].enabled" is "true".'
    )
    assert table(ttl=ttl) == ([invalid(sentence, "ttl[0].enabled")] if refused else [])


# Elastic Load Balancing

ARN = "arn:aws:elasticloadbalancing:x"
EITHER = ('Either "{0}.target_group_arn" or "{0}.forward" must be specified when "{0}.type" is '
          '"forward".')  # fmt: skip
MATCH = ('You can specify both a top-level target group ARN ("{0}.target_group_arn") and, with '
         '"{0}.forward", a target group list with ARNs, only if the ARNs match.')  # fmt: skip


@pytest.mark.parametrize(
    "terraform, argument, place",
    [
        ("aws_lb_listener", "defaultActions", "default_action"),
        ("aws_lb_listener_rule", "actions", "action"),
    ],
)
def test_an_action_that_forwards_says_where(terraform, argument, place):
    def action(*actions):
        return told(terraform, **{argument: list(actions)})

    groups = {"targetGroups": [{"arn": ARN}]}
    assert action({"type": "forward", "targetGroupArn": ARN}) == []
    assert action({"type": "forward", "forward": groups}) == []
    assert action({"type": "forward", "targetGroupArn": ARN, "forward": groups}) == []
    path = f"{place}[1]"
    assert action({"type": "redirect", "redirect": {"a": 1}}, {"type": "forward"}) == [
        invalid(EITHER.format(path), f"{path}.type")
    ]
    other = {"targetGroups": [{"arn": "other"}]}
    for groups in (other, {"targetGroups": [{"arn": ARN}, {"arn": ARN}]}, {"targetGroups": []}):
        assert action(
            {"type": "forward", "targetGroupArn": ARN, "forward": {**groups, "a": 1}}
        ) == [invalid(MATCH.format(f"{place}[0]"), f"{place}[0]")]
    unknown = {"targetGroups": [{"arn": UNKNOWN}]}
    assert action({"type": "forward", "targetGroupArn": ARN, "forward": unknown}) == []
    assert action({"type": "forward", "targetGroupArn": UNKNOWN, "forward": other}) == []
    assert action({"type": "forward", "targetGroupArn": ARN, "forward": UNKNOWN}) == []
    assert told(terraform, **{argument: UNKNOWN}) == told(terraform) == []


@pytest.mark.parametrize(
    "kind, name, block",
    [("authenticate-cognito", "authenticateCognito", "authenticate_cognito"),
     ("authenticate-oidc", "authenticateOidc", "authenticate_oidc"),
     ("fixed-response", "fixedResponse", "fixed_response"), ("redirect", "redirect", "redirect")],
)  # fmt: skip
def test_each_kind_of_action_has_its_block(kind, name, block):
    def action(**more):
        return told("aws_lb_listener", defaultActions=[{"type": kind, **more}])

    sentence = (f'Attribute "default_action[0].{block}" must be specified when '
                f'"default_action[0].type" is "{kind}".')  # fmt: skip
    assert action() == action(**{name: {}}) == [invalid(sentence, "default_action[0].type")]
    assert action(**{name: {"a": 1}}) == [] == action(type="other")


@pytest.mark.parametrize("kind", ["instance", "ip", "alb", None])
def test_a_target_group_says_where_it_listens(kind):
    own = {} if kind is None else {"targetType": kind}
    whole = {"port": 80, "protocol": "HTTP", "vpcId": "v", **own}
    assert told("aws_lb_target_group", **whole) == []
    for name, terraform in (("port", "port"), ("protocol", "protocol"), ("vpcId", "vpc_id")):
        sentence = f'Attribute "{terraform}" must be specified when "target_type" is "{kind or "instance"}".'
        for empty in (None, ""):
            assert told("aws_lb_target_group", **{**whole, name: empty}) == [
                invalid(sentence, "target_type")
            ]


def test_a_function_as_a_target_needs_no_port():
    assert told("aws_lb_target_group", targetType="lambda") == []
    assert told("aws_lb_target_group", targetType=UNKNOWN) == []
    assert told("aws_lb_target_group", targetType="lambda", port=0) == []


def test_a_health_check_over_tcp_has_no_path_and_no_matcher():
    def check(**health):
        return told("aws_lb_target_group", targetType="lambda", healthCheck=health)

    for name in ("matcher", "path"):
        where = f"health_check[0].{name}"
        sentence = (
            f'Attribute "{where}" cannot be specified when "health_check[0].protocol" is "TCP".'
        )
        assert check(protocol="TCP", **{name: "x"}) == [invalid(sentence, where)]
        assert check(protocol="HTTP", **{name: "x"}) == check(protocol="TCP", **{name: ""}) == []
    assert len(check(protocol="TCP", matcher="x", path="y")) == 2
    assert told("aws_lb_target_group", targetType="lambda", healthCheck=UNKNOWN) == []


# Cognito


def client(**inputs):
    return told("aws_cognito_user_pool_client", **inputs)


def between(terraform, low, high, got):
    return (f"Invalid Attribute Value. Attribute {terraform} must have a duration between {low} and "
            f"{high}, got: {got}")  # fmt: skip


@pytest.mark.parametrize(
    "name, terraform, token, low, high",
    [("accessTokenValidity", "access_token_validity", "accessToken", 5, 1440),
     ("idTokenValidity", "id_token_validity", "idToken", 5, 1440),
     ("refreshTokenValidity", "refresh_token_validity", "refreshToken", 60, 5_256_000)],
)  # fmt: skip
def test_a_token_is_valid_for_so_long(name, terraform, token, low, high):
    units = {token: "minutes"}
    for minutes, fine in ((low, True), (low - 1, False), (high, True), (high + 1, False)):
        found = client(**{name: minutes, "tokenValidityUnits": units})
        assert (found == []) is fine and (fine or found[0][0] == name)
    got = go_duration((low - 1) * 60 * SECOND)
    limits = ("5m0s", "24h0m0s") if low == 5 else ("1h0m0s", "87600h0m0s")
    assert client(**{name: low - 1, "tokenValidityUnits": units}) == [
        (name, between(terraform, *limits, got))
    ]
    assert client(**{name: UNKNOWN}) == client(**{name: 0}) == client(**{name: None}) == []


def test_units_are_hours_and_days_unless_it_is_said():
    assert client(accessTokenValidity=24) == client(idTokenValidity=24) == []
    assert len(client(accessTokenValidity=25)) == len(client(idTokenValidity=25)) == 1
    assert client(refreshTokenValidity=3650) == [] and len(client(refreshTokenValidity=3651)) == 1
    assert client(refreshTokenValidity=1, tokenValidityUnits={"accessToken": "seconds"}) == []
    assert client(accessTokenValidity=1, tokenValidityUnits={"accessToken": "days"}) == []
    assert len(client(accessTokenValidity=1, tokenValidityUnits={"accessToken": "seconds"})) == 1
    assert client(accessTokenValidity=2, tokenValidityUnits={"accessToken": "odd"}) == []
    assert client(accessTokenValidity=99, tokenValidityUnits={"idToken": UNKNOWN}) == []


def test_what_overflows_in_go_is_told_as_go_has_it():
    (_, sentence), = client(refreshTokenValidity=200_000)  # fmt: skip
    wrapped = (200_000 * 24 * HOUR + 2**63) % 2**64 - 2**63
    assert wrapped < 0 and sentence.endswith(f"got: {go_duration(wrapped)}")


@pytest.mark.parametrize(
    "nanoseconds, text",
    [(0, "0s"), (SECOND, "1s"), (60 * SECOND, "1m0s"), (HOUR, "1h0m0s"), (HOUR + SECOND, "1h0m1s"),
     (-90 * SECOND, "-1m30s"), (SECOND + 500_000_000, "1.5s"), (1, "0.000000001s"),
     (25 * HOUR + 61 * SECOND, "25h1m1s"), (59 * SECOND, "59s")],
)  # fmt: skip
def test_a_duration_in_go(nanoseconds, text):
    assert go_duration(nanoseconds) == text
    assert (SECOND, HOUR) == (10**9, 3600 * 10**9)


# WAF


@pytest.mark.parametrize(
    "limit, fine",
    [
        (10, True),
        (9, False),
        (2_000_000_000, True),
        (2_000_000_001, False),
        (UNKNOWN, True),
        (None, True),
    ],
)
def test_a_rate_has_bounds(limit, fine):
    rule = {"statement": {"rateBasedStatement": {"limit": limit}}}
    where = "rule.1.statement.0.rate_based_statement.0.limit"
    sentence = f"expected {where} to be in the range (10 - 2000000000), got {limit}"
    found = told("aws_wafv2_web_acl", rules=[{"statement": UNKNOWN}, rule])
    assert found == ([] if fine else [("rules", sentence)])
    for other in ({}, {"statement": {}}, {"statement": {"rateBasedStatement": UNKNOWN}}, UNKNOWN):
        assert told("aws_wafv2_web_acl", rules=[other]) == []
