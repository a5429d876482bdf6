"""Load balancers: which requests a rule is for, and which target group gets them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
import requests

numbers = count(1)
ANSWERS = "def handler(event, context):\n    return {'statusCode': 200, 'body': '%s'}\n"


def fixed(text: str) -> dict[str, Any]:
    answer = {"StatusCode": "200", "ContentType": "text/plain", "MessageBody": text}
    return {"Type": "fixed-response", "FixedResponseConfig": answer}


@dataclass(frozen=True)
class Front:
    """A load balancer with one listener, which says "else"."""

    client: Any
    endpoint: str
    name: str
    listener: str

    def rule(self, action: dict[str, Any], *conditions: dict[str, Any]) -> str:
        made = self.client.create_rule(
            ListenerArn=self.listener,
            Priority=next(numbers),
            Conditions=list(conditions),
            Actions=[action],
        )
        return str(made["Rules"][0]["RuleArn"])

    def call(self, path: str = "/", **more: Any) -> requests.Response:
        return requests.get(f"{self.endpoint}/_alb/{self.name}{path}", timeout=20, **more)


@pytest.fixture
def front(account: Any) -> Iterator[Front]:
    client, name = account.client("elbv2"), f"front{next(numbers)}"
    found = account.client("ec2").describe_subnets()["Subnets"]
    subnets = [each["SubnetId"] for each in found if each["DefaultForAz"]][:2]
    made = client.create_load_balancer(Name=name, Subnets=subnets)
    balancer = made["LoadBalancers"][0]["LoadBalancerArn"]
    listener = client.create_listener(
        LoadBalancerArn=balancer, Port=80, Protocol="HTTP", DefaultActions=[fixed("else")]
    )["Listeners"][0]["ListenerArn"]
    yield Front(client, account.running.endpoint, name, listener)
    client.delete_listener(ListenerArn=listener)
    client.delete_load_balancer(LoadBalancerArn=balancer)


@pytest.fixture
def group(account: Any) -> Callable[[str], str]:
    """Makes target groups with a function that answers a text."""

    def make(text: str) -> str:
        client = account.client("elbv2")
        made = client.create_target_group(Name=f"group{next(numbers)}", TargetType="lambda")
        arn = str(made["TargetGroups"][0]["TargetGroupArn"])
        function = account.function(ANSWERS % text)
        client.register_targets(TargetGroupArn=arn, Targets=[{"Id": function}])
        return arn

    return make


def forward(*groups: tuple[str, int], **stickiness: Any) -> dict[str, Any]:
    config: dict[str, Any] = {
        "TargetGroups": [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in groups]
    }
    if stickiness:
        config["TargetGroupStickinessConfig"] = stickiness
    return {"Type": "forward", "ForwardConfig": config}


PATH = {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/model"]}}


def test_requests_go_to_target_groups_by_weight(front: Front, group: Callable[[str], str]) -> None:
    old, new = group("old"), group("new")
    rule = front.rule(forward((old, 1), (new, 0)), PATH)
    assert {front.call("/model").text for _ in range(6)} == {"old"}
    front.client.modify_rule(RuleArn=rule, Actions=[forward((old, 1), (new, 9))])
    seen = Counter(front.call("/model").text for _ in range(40))
    assert set(seen) <= {"old", "new"} and seen["new"] > seen["old"]
    front.client.modify_rule(RuleArn=rule, Actions=[forward((old, 0), (new, 0))])
    assert front.call("/model").status_code == 503


def test_a_client_stays_with_its_target_group(front: Front, group: Callable[[str], str]) -> None:
    action = forward((group("a"), 1), (group("b"), 1), Enabled=True, DurationSeconds=60)
    front.rule(action, PATH)
    first = front.call("/model")
    assert set(first.cookies.keys()) == {"AWSALBTG", "AWSALBTGCORS"}
    again = {front.call("/model", cookies=first.cookies).text for _ in range(8)}
    assert again == {first.text}


def test_a_weighted_forward_to_one_group_is_one_forward(
    front: Front, group: Callable[[str], str]
) -> None:
    arn = group("only")
    front.rule(forward((arn, 5)), PATH)
    assert front.call("/model").text == "only"
    health = front.client.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
    assert [each["TargetHealth"]["Reason"] for each in health] == ["Target.HealthCheckDisabled"]
    rules = front.client.describe_rules(ListenerArn=front.listener)["Rules"]
    actions = [rule["Actions"][0] for rule in rules if not rule["IsDefault"]]
    assert [action["TargetGroupArn"] for action in actions] == [arn]
    assert actions[0]["ForwardConfig"]["TargetGroups"] == [{"TargetGroupArn": arn, "Weight": 5}]


QUERY = {
    "Field": "query-string",
    "QueryStringConfig": {"Values": [{"Key": "v", "Value": "2*"}, {"Value": "beta"}]},
}
REGEX = {"Field": "path-pattern", "PathPatternConfig": {"RegexValues": ["^/v[12]/"]}}
FROM_HERE = {"Field": "source-ip", "SourceIpConfig": {"Values": ["127.0.0.0/8"]}}
FROM_THERE = {"Field": "source-ip", "SourceIpConfig": {"Values": ["203.0.113.0/24"]}}


@pytest.mark.parametrize(
    ("condition", "path", "matches"),
    [
        (QUERY, "/?v=2024", True),
        (QUERY, "/?V=2", True),
        (QUERY, "/?any=BETA", True),
        (QUERY, "/?v=3", False),
        (QUERY, "/", False),
        (REGEX, "/v1/models", True),
        (REGEX, "/v3/models", False),
        (FROM_HERE, "/", True),
        (FROM_THERE, "/", False),
    ],
)
def test_a_condition_says_which_requests_a_rule_is_for(
    front: Front, condition: dict[str, Any], path: str, matches: bool
) -> None:
    front.rule(fixed("rule"), condition)
    assert front.call(path).text == ("rule" if matches else "else")
