"""WAF: a web ACL blocks requests of a stage before anything else looks at them."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from tests.sandbox.server.watching.reading import allow_logging, lines, log_to, metric

numbers = count(1)
NONE = [{"Priority": 0, "Type": "NONE"}]
FORBIDDEN = '{"message":"Forbidden"}'


def seen(name: str) -> dict[str, Any]:
    return {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": True, "MetricName": name}


def rule(statement: dict[str, Any], action: Any = None, priority: int = 0, **more: Any) -> Any:
    """A rule that blocks what a statement describes, unless another action is given."""
    name = f"rule{priority}"
    return {
        "Name": name,
        "Priority": priority,
        "Statement": statement,
        "VisibilityConfig": seen(name),
        **({} if "OverrideAction" in more else {"Action": action or {"Block": {}}}),
        **more,
    }


def byte_match(field: dict[str, Any], text: str, how: str = "CONTAINS", steps: Any = NONE) -> Any:
    return {
        "ByteMatchStatement": {
            "SearchString": text.encode(),
            "FieldToMatch": field,
            "TextTransformations": steps,
            "PositionalConstraint": how,
        }
    }


@pytest.fixture(scope="module")
def api(account):
    """An API whose stage v1 stands behind web ACLs."""
    found = account.api()
    found.mock("one", verb="GET")
    found.mock("one", verb="POST")
    found.deploy("v1")
    return found


@pytest.fixture
def shield(account, api):
    """Puts rules before the stage; the name of their web ACL."""
    waf = account.client("wafv2")
    stage = f"arn:aws:apigateway:us-east-1::/restapis/{api.id}/stages/v1"

    def put(*rules: Any, default: Any = None, **more: Any) -> str:
        name = f"acl{next(numbers)}"
        arn = waf.create_web_acl(
            Name=name,
            Scope="REGIONAL",
            DefaultAction=default or {"Allow": {}},
            VisibilityConfig=seen(name),
            Rules=list(rules),
            **more,
        )["Summary"]["ARN"]
        waf.associate_web_acl(WebACLArn=arn, ResourceArn=stage)
        return name

    yield put
    waf.disassociate_web_acl(ResourceArn=stage)


def addresses(account, *ranges: str) -> str:
    made = account.client("wafv2").create_ip_set(
        Name=f"set{next(numbers)}", Scope="REGIONAL", IPAddressVersion="IPV4", Addresses=ranges
    )
    return made["Summary"]["ARN"]


def test_what_is_blocked_is_forbidden_before_all_else(api, shield):
    assert api.call("/?a=1").text == "one"
    shield(default={"Block": {}})
    for path in ("/", "/no/such/path"):
        found = api.call(path)
        assert (found.status_code, found.text) == (403, FORBIDDEN)
        assert found.headers["x-amzn-ErrorType"] == "ForbiddenException"
        assert found.headers["x-amzn-RequestId"]


def test_when_it_is_taken_away_or_changed_that_acts_at_once(account, api, shield):
    name = shield(default={"Block": {}})
    assert api.call().status_code == 403
    waf = account.client("wafv2")
    (acl,) = (one for one in waf.list_web_acls(Scope="REGIONAL")["WebACLs"] if one["Name"] == name)
    waf.update_web_acl(
        Name=name,
        Scope="REGIONAL",
        Id=acl["Id"],
        DefaultAction={"Allow": {}},
        VisibilityConfig=seen(name),
        LockToken=acl["LockToken"],
    )
    assert api.call().status_code == 200


def test_addresses(account, api, shield):
    home, other = addresses(account, "127.0.0.0/8"), addresses(account, "10.0.0.0/8")
    shield(rule({"IPSetReferenceStatement": {"ARN": other}}))
    assert api.call().status_code == 200
    shield(rule({"IPSetReferenceStatement": {"ARN": home}}))
    assert api.call().status_code == 403
    config = {"HeaderName": "X-Forwarded-For", "FallbackBehavior": "MATCH", "Position": "FIRST"}
    forwarded = {"ARN": other, "IPSetForwardedIPConfig": config}
    shield(rule({"IPSetReferenceStatement": forwarded}))
    calls = {"10.1.2.3, 1.1.1.1": 403, "1.1.1.1, 10.1.2.3": 200, "nonsense": 403}
    for value, status in calls.items():
        assert api.call(headers={"X-Forwarded-For": value}).status_code == status


@pytest.mark.parametrize(
    ("statement", "blocked", "passed"),
    [
        (byte_match({"QueryString": {}}, "evil"), {"path": "/?a=evil"}, {"path": "/?a=good"}),
        (
            byte_match({"UriPath": {}}, "/v1/", "EXACTLY"),
            {"path": "/"},
            {"path": "/?a=1", "stage": "v1/x"},
        ),
        (
            byte_match({"SingleHeader": {"Name": "user-agent"}}, "bot", "STARTS_WITH",
                       [{"Priority": 0, "Type": "LOWERCASE"}]),
            {"headers": {"User-Agent": "BOT 1"}},
            {"headers": {"User-Agent": "a bot"}},
        ),
        (
            byte_match({"SingleQueryArgument": {"Name": "a"}}, "x y", "ENDS_WITH"),
            {"path": "/?a=1x+y"},
            {"path": "/?b=x+y"},
        ),
        (
            byte_match({"AllQueryArguments": {}}, "word", "CONTAINS_WORD"),
            {"path": "/?b=a+word"},
            {"path": "/?b=swords"},
        ),
        (
            byte_match({"Body": {"OversizeHandling": "CONTINUE"}}, "ignore all"),
            {"verb": "POST", "data": "please ignore all"},
            {"verb": "POST", "data": "please"},
        ),
        (
            byte_match({"JsonBody": {"MatchPattern": {"IncludedPaths": ["/prompt"]},
                                     "MatchScope": "VALUE", "OversizeHandling": "CONTINUE"}}, "x"),
            {"verb": "POST", "data": '{"prompt": "x"}'},
            {"verb": "POST", "data": '{"other": "x"}'},
        ),
        (
            {"SizeConstraintStatement": {
                "FieldToMatch": {"Body": {}}, "ComparisonOperator": "GT", "Size": 100,
                "TextTransformations": NONE}},
            {"verb": "POST", "data": "x" * 101},
            {"verb": "POST", "data": "x" * 100},
        ),
        (
            {"RegexMatchStatement": {
                "RegexString": "^/v1/admin", "FieldToMatch": {"UriPath": {}},
                "TextTransformations": NONE}},
            {"path": "/admin"},
            {"path": "/"},
        ),
        (
            {"AndStatement": {"Statements": [
                byte_match({"Method": {}}, "POST", "EXACTLY"),
                {"NotStatement": {"Statement": byte_match({"QueryString": {}}, "key")}}]}},
            {"verb": "POST"},
            {"verb": "POST", "path": "/?key"},
        ),
        (
            {"OrStatement": {"Statements": [
                byte_match({"QueryString": {}}, "a"), byte_match({"QueryString": {}}, "b")]}},
            {"path": "/?b"},
            {"path": "/?c"},
        ),
    ],
)  # fmt: skip
def test_statements(api, shield, statement, blocked, passed):
    shield(rule(statement))
    assert api.call(**blocked).text == FORBIDDEN
    assert api.call(**passed).text != FORBIDDEN or "stage" in passed


def test_a_body_that_is_longer_than_is_looked_at_may_be_a_match(api, shield):
    for handling, status in (("MATCH", 403), ("NO_MATCH", 200), ("CONTINUE", 200)):
        shield(rule(byte_match({"Body": {"OversizeHandling": handling}}, "needle")))
        found = api.call("/", "POST", data="x" * 20_000 + "needle")
        assert found.status_code == status


def test_a_rate_has_a_limit_of_its_own_for_each_key(api, shield):
    shield(
        rule(
            {
                "RateBasedStatement": {
                    "Limit": 10,
                    "AggregateKeyType": "CUSTOM_KEYS",
                    "CustomKeys": [{"Header": {"Name": "x-team", "TextTransformations": NONE}}],
                    "ScopeDownStatement": byte_match({"Method": {}}, "GET", "EXACTLY"),
                }
            }
        )
    )
    found = [api.call(headers={"x-team": "blue"}).status_code for _ in range(12)]
    assert found == [200] * 10 + [403] * 2
    assert api.call(headers={"x-team": "green"}).status_code == 200
    assert api.call("/", "POST", headers={"x-team": "blue"}).status_code == 200


def test_the_first_rule_that_decides_does_and_counting_goes_on(api, shield):
    bad = byte_match({"QueryString": {}}, "bad")
    allow, label = {"Allow": {}}, [{"Name": "team:blue"}]
    labelled = {"LabelMatchStatement": {"Scope": "LABEL", "Key": "team:blue"}}
    shield(
        rule(labelled, priority=2),
        rule(byte_match({"QueryString": {}}, "but"), allow, priority=1),
        rule(bad, {"Count": {}}, priority=0, RuleLabels=label),
    )
    assert api.call("/?bad").status_code == 403
    assert api.call("/?bad=but").status_code == 200
    assert api.call("/?fine").status_code == 200


def test_a_rule_may_answer_for_itself(api, shield):
    header = {"Name": "x-why", "Value": "rate"}
    custom = {"ResponseCode": 429, "ResponseHeaders": [header]}
    shield(rule(byte_match({"QueryString": {}}, "bad"), {"Block": {"CustomResponse": custom}}))
    found = api.call("/?bad")
    assert (found.status_code, found.headers["x-why"], found.text) == (429, "rate", "")
    assert "x-amzn-ErrorType" not in found.headers


def test_its_own_answer_may_have_a_body(account, api, shield):
    custom = {"ResponseCode": 403, "CustomResponseBodyKey": "why"}
    body = {"ContentType": "APPLICATION_JSON", "Content": '{"why": "rate"}'}
    name = shield(default={"Block": {"CustomResponse": custom}}, CustomResponseBodies={"why": body})
    found = api.call()
    assert (found.json(), found.headers["Content-Type"]) == ({"why": "rate"}, "application/json")
    waf = account.client("wafv2")
    (acl,) = (one for one in waf.list_web_acls(Scope="REGIONAL")["WebACLs"] if one["Name"] == name)
    where = {"Name": name, "Scope": "REGIONAL", "Id": acl["Id"]}
    assert waf.get_web_acl(**where)["WebACL"]["CustomResponseBodies"] == {"why": body}
    waf.update_web_acl(
        **where,
        LockToken=waf.get_web_acl(**where)["LockToken"],
        DefaultAction={"Allow": {}},
        VisibilityConfig=seen(name),
        Description="open",
    )
    shown = waf.get_web_acl(**where)["WebACL"]
    assert ("CustomResponseBodies" in shown, shown["Description"]) == (False, "open")
    assert api.call().text == "one"


def test_a_gateway_response_shapes_what_is_filtered(account, shield, api):
    own = account.api()
    own.mock("one")
    account.gateway.put_gateway_response(
        restApiId=own.id,
        responseType="WAF_FILTERED",
        statusCode="418",
        responseTemplates={"application/json": '{"why":$context.error.messageString}'},
    )
    own.deploy("v1")
    shield(default={"Block": {}})
    stage = f"arn:aws:apigateway:us-east-1::/restapis/{own.id}/stages/v1"
    waf = account.client("wafv2")
    waf.associate_web_acl(
        WebACLArn=waf.list_web_acls(Scope="REGIONAL")["WebACLs"][-1]["ARN"], ResourceArn=stage
    )
    found = own.call()
    assert (found.status_code, found.text) == (418, '{"why":"Forbidden"}')


def test_logs_and_metrics_tell_of_it(account, api, shield):
    allow_logging(account)
    account.client("logs").create_log_group(logGroupName="waf")
    log_to(account, api, "waf", "$context.requestId $context.wafResponseCode $context.waf.status")
    name = shield(rule(byte_match({"QueryString": {}}, "bad")))
    passed, blocked = api.call("/?good"), api.call("/?bad")
    assert lines(account, "waf")[-2:] == [
        f"{passed.headers['x-amzn-RequestId']} WAF_ALLOW 200",
        f"{blocked.headers['x-amzn-RequestId']} WAF_BLOCK 403",
    ]
    where = {"WebACL": name, "Region": "us-east-1"}
    counted = metric(account, "AWS/WAFV2", "BlockedRequests", "Sum", **where, Rule="rule0")
    allowed = metric(account, "AWS/WAFV2", "AllowedRequests", "Sum", **where, Rule="ALL")
    assert (counted, allowed) == (1, 1)


@pytest.mark.quirk("waf")
def test_a_rule_of_a_kind_that_is_not_evaluated_does_nothing(api, shield):
    managed = {"VendorName": "AWS", "Name": "AWSManagedRulesCommonRuleSet"}
    geo = {"GeoMatchStatement": {"CountryCodes": ["DE"]}}
    sql = {"SqliMatchStatement": {"FieldToMatch": {"QueryString": {}}, "TextTransformations": NONE}}
    shield(
        rule({"ManagedRuleGroupStatement": managed}, OverrideAction={"None": {}}),
        rule(geo, priority=1),
        rule({"NotStatement": {"Statement": geo}}, priority=2),
        rule(sql, priority=3),
    )
    assert api.call("/?a=1'+OR+1=1").status_code == 200
