"""Types that were not measured: their facts against the SDK's arguments and the documentation."""

from __future__ import annotations

import inspect
import json
import re
from typing import Any

import pulumi_aws as aws
import pytest

from sandbox.provider.check.arguments import Naming, check
from sandbox.provider.core import facts
from sandbox.provider.core.diff import diff
from sandbox.provider.core.facts import Field, Type
from sandbox.provider.core.runs import Settings
from sandbox.provider.core.wire import UNKNOWN

Json = dict[str, Any]
pytestmark = pytest.mark.filterwarnings(
    "ignore:.*has been deprecated in favor of:DeprecationWarning"
)

GROUP, TEMPLATE = "aws:ec2/securityGroup:SecurityGroup", "aws:ec2/launchTemplate:LaunchTemplate"
RULE, SCALING = "aws:lb/listenerRule:ListenerRule", "aws:autoscaling/group:Group"
OBJECT = "aws:s3/bucketObject:BucketObject"
LINK, PROFILE = "aws:apigatewayv2/vpcLink:VpcLink", "aws:iam/instanceProfile:InstanceProfile"
ATTACHMENT, POLICY = "aws:autoscaling/attachment:Attachment", "aws:autoscaling/policy:Policy"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
LISTENER = "arn:aws:elasticloadbalancing:us-east-1:000000000000:listener/app/l/1/2"
SMALLEST: dict[str, Json] = {
    GROUP: {},
    TEMPLATE: {},
    RULE: {
        "listenerArn": LISTENER,
        "actions": [{"type": "fixed-response", "fixedResponse": {"contentType": "text/plain"}}],
        "conditions": [{"pathPattern": {"values": ["/"]}}],
    },
    SCALING: {"maxSize": 1, "minSize": 0, "launchTemplate": {"id": "lt-1"}},
    OBJECT: {"bucket": "b", "key": "k"},
    LINK: {"subnetIds": ["subnet-1"], "securityGroupIds": ["sg-1"]},
    PROFILE: {},
    ATTACHMENT: {"autoscalingGroupName": "g", "lbTargetGroupArn": "arn:aws:a:b:c:d"},
    POLICY: {"autoscalingGroupName": "g", "scalingAdjustment": 1},
    INGRESS: {"securityGroupId": "sg-1", "ipProtocol": "tcp", "cidrIpv4": "10.0.0.0/8"},
    EGRESS: {"securityGroupId": "sg-1", "ipProtocol": "-1", "cidrIpv4": "0.0.0.0/0"},
}
RULE_SOURCES = {"cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"}
REPLACES = {
    GROUP: {"description", "name", "namePrefix", "region", "vpcId"},
    TEMPLATE: {"name", "namePrefix", "region"},
    RULE: {"listenerArn", "region"},
    SCALING: {"initialLifecycleHooks", "name", "namePrefix", "region"},
    OBJECT: {"bucket", "key", "region"},
    LINK: {"region", "securityGroupIds", "subnetIds"},
    PROFILE: {"name", "namePrefix", "path"},
    ATTACHMENT: {"autoscalingGroupName", "elb", "lbTargetGroupArn", "region"},
    POLICY: {"autoscalingGroupName", "name", "region"},
    INGRESS: {"region", "securityGroupId"},
    EGRESS: {"region", "securityGroupId"},
}
DEFAULTS: dict[str, Json] = {
    GROUP: {"description": "Managed by Pulumi", "revokeRulesOnDelete": False},
    TEMPLATE: {},
    RULE: {},
    SCALING: {
        "forceDelete": False,
        "healthCheckGracePeriod": 300,
        "metricsGranularity": "1Minute",
        "protectFromScaleIn": False,
        "waitForCapacityTimeout": "10m",
    },
    OBJECT: {"forceDestroy": False},
    LINK: {},
    PROFILE: {"path": "/"},
    ATTACHMENT: {},
    POLICY: {"enabled": True, "policyType": "SimpleScaling"},
    INGRESS: {},
    EGRESS: {},
}


def of(token: str) -> Type:
    found = facts.of(token)
    assert found
    return found


def checked(token: str, inputs: Json) -> tuple[Json, list[str]]:
    return check(of(token), "r", inputs, {}, Settings(), Naming(seed=b"s"))


def test_these_types_are_without_measurements() -> None:
    assert set(SMALLEST) <= set(json.loads(facts.ADDED.read_text()))
    assert not set(SMALLEST) & set(json.loads(facts.FILE.read_text()))


@pytest.mark.parametrize("token", SMALLEST)
def test_the_arguments_and_outputs_are_those_of_the_sdk(token: str) -> None:
    module, name = token.split(":")[1].split("/")[0], token.split(":")[2]
    package = getattr(aws, module)
    arguments = set(inspect.signature(getattr(package, f"{name}Args").__init__).parameters)
    outputs = {n for n, v in vars(getattr(package, name)).items() if isinstance(v, property)}

    def snake(names: Any) -> set[str]:
        return {re.sub(r"(?<!^)([A-Z])", r"_\1", n).lower() for n in names}

    assert snake(of(token).inputs) == arguments - {"__self__"}
    assert snake(of(token).outputs) == outputs - arguments - {"id", "urn"}


@pytest.mark.parametrize("token", SMALLEST)
def test_the_smallest_configuration_passes_and_gets_its_defaults(token: str) -> None:
    found, refused = checked(token, SMALLEST[token])
    assert refused == []
    assert {name: found.get(name) for name in DEFAULTS[token]} == DEFAULTS[token]
    if of(token).name_of == "name":
        assert re.fullmatch(r"r-[0-9a-f]{7}", found["name"])


@pytest.mark.parametrize("token", SMALLEST)
def test_each_required_argument_is_asked_for(token: str) -> None:
    optional = {"launchTemplate", "key", "lbTargetGroupArn", "scalingAdjustment", "cidrIpv4"}
    for name in SMALLEST[token].keys() - optional:
        rest = {k: v for k, v in SMALLEST[token].items() if k != name}
        assert f"Missing required property '{name}'" in checked(token, rest)[1]


@pytest.mark.parametrize("token", [INGRESS, EGRESS])
@pytest.mark.parametrize("source", sorted(RULE_SOURCES - {"cidrIpv4"}))
def test_another_kind_of_source_replaces_a_rule(token: str, source: str) -> None:
    rest = {k: v for k, v in SMALLEST[token].items() if k != "cidrIpv4"}
    found = diff(of(token), SMALLEST[token], {**rest, source: "x"})
    assert set(found.replaces) == {source, "cidrIpv4"}
    other = diff(of(token), SMALLEST[token], {**rest, "cidrIpv4": "172.16.0.0/12"})
    assert (set(other.replaces), set(other.properties)) == (set(), {"cidrIpv4"})


def sample(field: Field, second: bool) -> Any:
    word, number = ("beta", 12) if second else ("alpha", 11)
    if field.type in ("list", "set"):
        return [sample(field.element or Field("string"), second)]
    if field.type == "object":
        return {name: sample(inner, second) for name, inner in list(field.fields.items())[:1]}
    if field.type == "map":
        return {"key": word}
    return {"integer": number, "number": number, "bool": not second}.get(field.type, word)


@pytest.mark.parametrize("token", SMALLEST)
def test_exactly_the_documented_arguments_replace(token: str) -> None:
    replaces, changed = set(), set()
    for name, field in of(token).inputs.items():
        before, after = ({**SMALLEST[token], name: sample(field, s)} for s in (False, True))
        found = diff(of(token), before, after)
        replaces |= set(found.replaces)
        changed |= set(found.properties)
    assert replaces == REPLACES[token]
    assert changed == set(of(token).inputs)


BOTH = "Conflicting configuration arguments"


@pytest.mark.parametrize(
    ("token", "more", "told"),
    [
        (GROUP, {"name": "a", "namePrefix": "b"}, BOTH),
        (GROUP, {"name": "x" * 256}, "expected length of name to be in the range (0 - 255)"),
        (TEMPLATE, {"defaultVersion": 1, "updateDefaultVersion": True}, BOTH),
        (TEMPLATE, {"securityGroupNames": ["a"], "vpcSecurityGroupIds": ["b"]}, BOTH),
        (TEMPLATE, {"metadataOptions": {"httpTokens": "maybe"}}, "expected metadata_options.0"),
        (TEMPLATE, {"metadataOptions": {"httpPutResponseHopLimit": 65}}, "(1 - 64), got 65"),
        (RULE, {"listenerArn": "nope"}, "is an invalid ARN"),
        (RULE, {"priority": 50001}, "expected priority to be in the range (1 - 50000)"),
        (RULE, {"actions": [{"type": "forward"}]}, "Either \"action[0].target_group_arn\""),
        (SCALING, {"launchConfiguration": "c"}, "Invalid combination of arguments"),
        (SCALING, {"availabilityZones": ["a"], "vpcZoneIdentifiers": ["s"]}, BOTH),
        (SCALING, {"desiredCapacityType": "apples"}, "expected desired_capacity_type to be one of"),
        (TEMPLATE, {"userData": "#!/bin/sh"}, "InvalidUserData.Malformed: Invalid BASE64"),
        (TEMPLATE, {"userData": "QUFB" * 5462}, "User data is limited to 16384 bytes"),
        (TEMPLATE, {"instanceType": "t9.tiny"}, "Invalid value 't9.tiny' for InstanceType"),
        (RULE, {"actions": [{"type": "forward", "forward": {"targetGroups": [{"arn": "a", "weight": 1000}]}}]}, "target_group.0.weight to be in the range (0 - 999), got 1000"),
        (LINK, {"name": "x" * 129}, "expected length of name to be in the range (1 - 128)"),
        (PROFILE, {"name": "a b"}, "invalid value for name (must match"),
        (PROFILE, {"name": "a", "namePrefix": "b"}, BOTH),
        (ATTACHMENT, {"elb": "e"}, "only one of `elb,lb_target_group_arn` can be specified"),
        (POLICY, {"policyType": "Guessing"}, "expected policy_type to be one of"),
        (POLICY, {"policyType": "StepScaling"}, "scaling_adjustment is only supported for policy type SimpleScaling"),
        (POLICY, {"policyType": "TargetTrackingScaling"}, "target_tracking_configuration is required for policy type TargetTrackingScaling"),
        (POLICY, {"estimatedInstanceWarmup": 3}, "only supported for policy type StepScaling and TargetTrackingScaling"),
        (POLICY, {"policyType": "StepScaling", "scalingAdjustment": None}, "step_adjustment is required for policy type StepScaling"),
        (POLICY, {"scalingAdjustment": None}, "scaling_adjustment is required for policy type SimpleScaling"),
        (POLICY, {"stepAdjustments": [{"scalingAdjustment": 1}]}, "step_adjustment is only supported for policy type StepScaling"),
        (POLICY, {"policyType": "TargetTrackingScaling", "cooldown": 3}, "cooldown is only supported for policy type SimpleScaling"),
        (POLICY, {"policyType": "TargetTrackingScaling", "targetTrackingConfiguration": {"targetValue": 5, "predefinedMetricSpecification": {"predefinedMetricType": "ASGAverageCPUUtilization"}, "customizedMetricSpecification": {"metricName": "m"}}}, '"target_tracking_configuration.0.predefined_metric_specification": conflicts with target_tracking_configuration.0.customized_metric_specification'),
        (INGRESS, {"prefixListId": "pl-1"}, "Invalid Attribute Combination"),
        (INGRESS, {"cidrIpv4": None, "cidrIpv6": "10.0.0.0/8"}, "must be a valid IPv6 CIDR that represents a network address, got: 10.0.0.0/8"),
        (INGRESS, {"cidrIpv4": "10.0.0.1"}, "must be a valid IPv4 CIDR that represents a network address, got: 10.0.0.1"),
        (POLICY, {"minAdjustmentMagnitude": 0}, "to be at least (1), got 0"),
        (INGRESS, {"cidrIpv6": "::/0"}, "Exactly one of these attributes must be configured"),
        (INGRESS, {"cidrIpv4": "10.0.0.1/8"}, "must be a valid IPv4 CIDR that represents a network address, got: 10.0.0.1/8"),
        (EGRESS, {"cidrIpv4": None}, "Missing Attribute Configuration"),
        (EGRESS, {"fromPort": 65536}, "value must be between -1 and 65535, got: 65536"),
        (OBJECT, {"content": "a", "source": {"4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17", "text": "b"}}, BOTH),
    ],
)  # fmt: skip
def test_what_is_refused_is_told(token: str, more: Json, told: str) -> None:
    refused = checked(token, {**SMALLEST[token], **more})[1]
    assert any(told in sentence for sentence in refused), refused


@pytest.mark.parametrize(
    ("token", "more"),
    [
        (POLICY, {"cooldown": 0}),
        (POLICY, {"policyType": UNKNOWN}),
        (POLICY, {"policyType": "TargetTrackingScaling", "scalingAdjustment": None, "estimatedInstanceWarmup": 3, "targetTrackingConfiguration": {"targetValue": 5, "predefinedMetricSpecification": {"predefinedMetricType": "ASGAverageCPUUtilization"}}}),
        (POLICY, {"policyType": "StepScaling", "scalingAdjustment": None, "stepAdjustments": [{"scalingAdjustment": 1}]}),
        (TEMPLATE, {"userData": "QUFB" * 5461 + "QQ=="}),  # AWS's limit: 16 KB before coding
        (TEMPLATE, {"userData": "QU\nFB"}),
        (INGRESS, {"cidrIpv4": None, "cidrIpv6": "::/0"}),
        (INGRESS, {"cidrIpv4": None, "referencedSecurityGroupId": "sg-1"}),
        (INGRESS, {"cidrIpv4": None, "prefixListId": "pl-1"}),
    ],
)  # fmt: skip
def test_what_aws_takes_is_not_refused(token: str, more: Json) -> None:
    assert checked(token, {**SMALLEST[token], **more})[1] == []
