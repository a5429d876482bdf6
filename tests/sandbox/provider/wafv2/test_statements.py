"""The statements of a web ACL's rules, and what they look at."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.provider.check.arguments import Naming, check
from sandbox.provider.core import facts
from sandbox.provider.core.exceptions import CallError
from sandbox.provider.core.runs import Settings
from tests.sandbox.provider.lifecycle import (
    Life,
    assert_updates,
)
from tests.sandbox.provider.wafv2.rules import LIMIT, MATCH, SMALLEST, immune, rule, seen

ACL = "aws:wafv2/webAcl:WebAcl"
NONE = [{"priority": 0, "type": "NONE"}]
SET = "arn:aws:wafv2:us-east-1:000000000000:regional/"
FORWARDED = {"fallbackBehavior": "MATCH", "headerName": "X-Forwarded-For"}


STATEMENTS: dict[str, dict[str, Any]] = {
    "andStatement": {"statements": [MATCH, {"geoMatchStatement": {"countryCodes": ["DE"]}}]},
    "asnMatchStatement": {"asnLists": [64496], "forwardedIpConfig": FORWARDED},
    "byteMatchStatement": {
        "fieldToMatch": {
            "jsonBody": {
                "invalidFallbackBehavior": "MATCH",
                "matchPattern": {"includedPaths": ["/prompt"]},
                "matchScope": "ALL",
                "oversizeHandling": "CONTINUE",
            }
        },
        "positionalConstraint": "CONTAINS",
        "searchString": "ignore all",
        "textTransformations": [{"priority": 0, "type": "LOWERCASE"}],
    },
    "geoMatchStatement": {"countryCodes": ["DE"], "forwardedIpConfig": FORWARDED},
    "ipSetReferenceStatement": {
        "arn": f"{SET}ipset/friends/a",
        "ipSetForwardedIpConfig": {**FORWARDED, "position": "FIRST"},
    },
    "labelMatchStatement": {"key": "stranger", "scope": "LABEL"},
    "managedRuleGroupStatement": {
        "managedRuleGroupConfigs": [
            {"awsManagedRulesBotControlRuleSet": {"inspectionLevel": "COMMON"}}
        ],
        "name": "AWSManagedRulesBotControlRuleSet",
        "scopeDownStatement": MATCH,
        "vendorName": "AWS",
        "version": "Version_1.0",
    },
    "notStatement": {"statement": MATCH},
    "orStatement": {"statements": [MATCH, {"notStatement": {"statement": MATCH}}]},
    "rateBasedStatement": {
        "aggregateKeyType": "CUSTOM_KEYS",
        "customKeys": [{"header": {"name": "x-api-key", "textTransformations": NONE}}],
        "evaluationWindowSec": 60,
        "limit": 100,
        "scopeDownStatement": MATCH,
    },
    "regexMatchStatement": {
        "fieldToMatch": {"uriPath": {}},
        "regexString": "^/v[0-9]+/",
        "textTransformations": NONE,
    },
    "regexPatternSetReferenceStatement": {
        "arn": f"{SET}regexpatternset/bad/a",
        "fieldToMatch": {"allQueryArguments": {}},
        "textTransformations": NONE,
    },
    "ruleGroupReferenceStatement": {
        "arn": f"{SET}rulegroup/ours/a",
        "ruleActionOverrides": [{"name": "r", "actionToUse": {"count": {}}}],
    },
    "sizeConstraintStatement": {
        "comparisonOperator": "GT",
        "fieldToMatch": {"body": {"oversizeHandling": "MATCH"}},
        "size": 8192,
        "textTransformations": NONE,
    },
    "sqliMatchStatement": {
        "fieldToMatch": {"method": {}},
        "sensitivityLevel": "HIGH",
        "textTransformations": NONE,
    },
    "xssMatchStatement": {
        "fieldToMatch": {"queryString": {}},
        "textTransformations": NONE,
    },
}


def test_every_statement_of_the_facts_is_tried() -> None:
    type = facts.of(ACL)
    assert type and type.inputs["rules"].element
    assert set(STATEMENTS) == set(type.inputs["rules"].element.fields["statement"].fields)


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_statement_is_kept_and_read_back(acl: Life, name: str) -> None:
    its = rule("its", 1, {name: STATEMENTS[name]}, captchaConfig=immune(60))
    if name in ("managedRuleGroupStatement", "ruleGroupReferenceStatement"):
        its = {**its, "overrideAction": {"none": {}}}
        del its["action"]
    assert_updates(acl, [{"rules": [its]}, {"rules": [LIMIT]}])


@pytest.mark.parametrize(
    "field",
    [
        {
            "cookies": {
                "matchPatterns": [{"all": {}}],
                "matchScope": "KEY",
                "oversizeHandling": "MATCH",
            }
        },
        {
            "headers": [
                {
                    "matchPattern": {"includedHeaders": ["x-a", "x-b"]},
                    "matchScope": "VALUE",
                    "oversizeHandling": "CONTINUE",
                }
            ]
        },
        {"headerOrders": [{"oversizeHandling": "MATCH"}]},
        {"ja3Fingerprint": {"fallbackBehavior": "MATCH"}},
        {"singleQueryArgument": {"name": "q"}},
    ],
    ids=lambda field: next(iter(field)),
)
def test_a_field_to_match_is_kept_and_read_back(acl: Life, field: dict[str, Any]) -> None:
    statement = {"xssMatchStatement": {"fieldToMatch": field, "textTransformations": NONE}}
    assert_updates(acl, [{"rules": [rule("its", 1, statement)]}])


def test_a_statement_that_waf_does_not_know_is_refused(acl: Life) -> None:
    wrong = {**LIMIT, "statement": {"moonPhaseStatement": {"phase": "full"}}}
    with pytest.raises(CallError, match="moonPhaseStatement in Statement.*target aws"):
        acl.update(rules=[wrong])


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"scope": "GALACTIC"}, 'expected scope to be one of ["CLOUDFRONT" "REGIONAL"]'),
        ({"name": "a b"}, "'r.name'"),
        ({"visibilityConfig": seen("a b")}, "'r.visibilityConfig.metricName'"),
        (
            {
                "rules": [
                    rule("l", 1, {"rateBasedStatement": {"aggregateKeyType": "IP", "limit": 5}})
                ]
            },
            "rate_based_statement.0.limit to be in the range (10 - 2000000000), got 5",
        ),
        (
            {"rules": [{"name": "a", "priority": 1}]},
            "Missing required property 'rules[0].statement'",
        ),
        ({"defaultAction": None}, "Missing required property 'defaultAction'"),
    ],
)
def test_what_waf_would_not_take_is_refused_before_any_call(
    more: dict[str, Any], told: str
) -> None:
    type = facts.of(ACL)
    assert type
    refused = check(type, "r", {**SMALLEST, **more}, {}, Settings(), Naming(b"s"))[1]
    assert any(told in sentence for sentence in refused), refused
