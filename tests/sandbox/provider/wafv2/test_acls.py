"""Web ACLs and their associations against a real emulator."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.provider.core import facts
from sandbox.provider.core.diff import diff
from sandbox.provider.core.exceptions import CallError
from sandbox.provider.core.registry import kind
from tests.sandbox.provider.lifecycle import (
    Life,
    Lives,
    assert_complete,
    assert_deleted,
    assert_found,
    assert_imports,
    assert_refused,
    assert_updates,
)
from tests.sandbox.provider.wafv2.rules import LIMIT, MATCH, SMALLEST, immune, rule, seen

ACL = "aws:wafv2/webAcl:WebAcl"
ASSOCIATION = "aws:wafv2/webAclAssociation:WebAclAssociation"
STAGE = "arn:aws:apigateway:us-east-1::/restapis/abcdef1234/stages/v1"
MANAGED = {
    "name": "common",
    "priority": 2,
    "overrideAction": {"count": {}},
    "statement": {
        "managedRuleGroupStatement": {
            "name": "AWSManagedRulesCommonRuleSet",
            "vendorName": "AWS",
            "ruleActionOverrides": [{"name": "NoUserAgent_HEADER", "actionToUse": {"allow": {}}}],
        }
    },
    "visibilityConfig": seen("common"),
}
NEITHER = rule(
    "neither",
    3,
    {
        "notStatement": {
            "statement": {
                "orStatement": {
                    "statements": [MATCH, {"geoMatchStatement": {"countryCodes": ["DE", "FR"]}}]
                }
            }
        }
    },
    ruleLabels=[{"name": "stranger"}],
)
SORRY = {"content": "later", "contentType": "TEXT_PLAIN", "key": "sorry"}
OTHER = {"content": "{}", "contentType": "APPLICATION_JSON", "key": "other"}
BLOCKED = {"customResponse": {"customResponseBodyKey": "sorry", "responseCode": 429}}
WITH_BODY = {**LIMIT, "action": {"block": BLOCKED}}
HIDDEN = {
    "action": "HASH",
    "excludeRuleMatchDetails": True,
    "excludeRateBasedDetails": False,
    "field": {"fieldType": "SINGLE_HEADER", "fieldKeys": ["authorization"]},
}


def limit(size: str) -> dict[str, Any]:
    return {"requestBodies": [{"apiGateway": {"defaultSizeInspectionLimit": size}}]}


def test_rules_can_be_in_the_form_of_the_api(acl: Life) -> None:
    def document(limit: int) -> str:
        statement = {"RateBasedStatement": {"AggregateKeyType": "IP", "Limit": limit}}
        shown = {"CloudWatchMetricsEnabled": True, "MetricName": "l"}
        rest = {
            "Action": {"Block": {}},
            "VisibilityConfig": {**shown, "SampledRequestsEnabled": True},
        }
        return json.dumps([{"Name": "l", "Priority": 1, "Statement": statement, **rest}])

    assert_updates(acl, [{"ruleJson": document(100)}, {"ruleJson": document(200)}])
    found = acl.ctx.client("wafv2").get_web_acl(
        Id=acl.id, Name=acl.outputs["name"], Scope="REGIONAL"
    )["WebACL"]["Rules"]
    assert found[0]["Statement"]["RateBasedStatement"]["Limit"] == 200
    assert_updates(acl, [{"ruleJson": None, "rules": [LIMIT]}])


def test_a_small_acl_has_all_outputs_and_can_be_deleted_twice(acl: Life) -> None:
    assert_complete(acl)
    name = acl.outputs["name"]
    assert acl.outputs["arn"].endswith(f":regional/webacl/{name}/{acl.id}")
    assert acl.outputs["lockToken"] and acl.outputs["applicationIntegrationUrl"] == ""
    assert_imports(acl, f"{acl.id}/{name}/REGIONAL")
    assert_found(acl.ctx, acl.token, acl.inputs, acl.id)
    assert_deleted(acl)


def test_an_acl_keeps_takes_and_imports_its_rules(life: Lives) -> None:
    name = life.name("front")
    acl = life(
        ACL,
        name=name,
        scope="REGIONAL",
        description="before the model",
        defaultAction={"block": {}},
        rules=[NEITHER, LIMIT, MANAGED],
        tags={"team": "llm"},
        visibilityConfig=seen("front"),
    )
    assert_complete(acl)
    assert_imports(acl, f"{acl.id}/{name}/REGIONAL", unknown=("rules",))
    handled = {
        "customResponse": {"responseCode": 429, "responseHeaders": [{"name": "x", "value": "y"}]}
    }
    changes: list[dict[str, Any]] = [
        {"rules": [LIMIT]},
        {"rules": [{**LIMIT, "action": {"block": handled}}]},
        {"rules": None},
        {"rules": [WITH_BODY], "customResponseBodies": [SORRY, OTHER]},
        {"rules": None, "customResponseBodies": [OTHER]},
        {"customResponseBodies": None},
        {"associationConfig": limit("KB_32")},
        {"associationConfig": limit("KB_64")},
        {"associationConfig": None},
        {"captchaConfig": immune(120)},
        {"captchaConfig": None},
        {"challengeConfig": immune(600)},
        {"challengeConfig": None},
        {"dataProtectionConfig": {"dataProtections": [HIDDEN]}},
        {"dataProtectionConfig": None},
        {"tokenDomains": ["b.example.com", "a.example.com"]},
        {"tokenDomains": None},
        {"description": "other"},
        {"description": None},
        {"defaultAction": {"allow": {}}},
        {"visibilityConfig": seen("other")},
        {"tags": {"team": "x", "new": "1"}},
        {"tags": None},
    ]
    assert_updates(acl, changes)
    assert_deleted(acl)


def test_an_acl_stands_before_a_stage(life: Lives, acl: Life) -> None:
    link = life(ASSOCIATION, resourceArn=STAGE, webAclArn=acl.outputs["arn"])
    assert_complete(link)
    assert link.id == f"{acl.outputs['arn']},{STAGE}"
    assert_imports(link, link.id)
    assert link.kind.find and link.kind.find(link.ctx, link.inputs)
    assert_deleted(link)


def test_refusals_say_what_was_done_in_the_official_words(acl: Life) -> None:
    doing = f"creating WAFv2 WebACL ({acl.outputs['name']}): operation error WAFV2: CreateWebACL"
    assert_refused(acl.ctx, ACL, acl.inputs, doing, 400, "WAFDuplicateItemException: ")
    with pytest.raises(CallError, match="expected ID/NAME/SCOPE"):
        kind(ACL).imported("abc")
    with pytest.raises(CallError, match="expected WEB-ACL-ARN,RESOURCE-ARN"):
        kind(ASSOCIATION).read(acl.ctx, "abc", {})


def test_name_scope_and_region_replace_an_acl_and_nothing_else() -> None:
    type = facts.of(ACL)
    assert type
    replaces = {name for name, field in type.inputs.items() if field.change == "replace"}
    assert replaces == {"name", "namePrefix", "region", "scope"}
    changed = diff(type, SMALLEST, {**SMALLEST, "rules": [LIMIT], "defaultAction": {"block": {}}})
    assert changed.properties == ["defaultAction", "rules"] and changed.replaces == []
