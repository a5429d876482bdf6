"""What Lambda, IAM and CloudWatch refuse is refused with its code, its status and its words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.server.base.refusals import Refused
from sandbox.server.control import lambda_aliases, lambda_settings
from tests.sandbox.server.refusing import refused
from tests.sandbox.server.shapes import archive, document

CODE = {"ZipFile": archive("def handler(event, context):\n    return {}\n")}


def function(account, **given: Any) -> dict[str, Any]:
    """The arguments of a function that could be made."""
    return {
        "FunctionName": "refused",
        "Runtime": "python3.12",
        "Handler": "h.handler",
        "Code": CODE,
        **given,
    }


def test_roles_that_lambda_cannot_assume(account):
    kind = ("InvalidParameterValueException", 400)
    message = "The role defined for the function cannot be assumed by Lambda."
    create = account.functions.create_function
    for role in (account.role("apigateway.amazonaws.com"), "arn:aws:iam::000000000000:role/nobody"):
        refused(kind, message, create, **function(account, Role=role))
    with pytest.raises(ClientError, match="Value 'r1' at 'role' failed to satisfy constraint"):
        create(**function(account, Role="r1"))


@pytest.mark.parametrize(
    ("runtime", "says"),
    [
        ("python3.7", r"The runtime parameter of python3\.7 is no longer supported"),
        ("snake", "Value snake at 'runtime' failed to satisfy constraint: .* or be a valid ARN"),
    ],
)
def test_runtimes_that_there_are_not(account, runtime, says):
    given = function(account, Runtime=runtime, Role=account.role("lambda.amazonaws.com"))
    with pytest.raises(ClientError, match=f"InvalidParameterValueException.*{says}"):
        account.functions.create_function(**given)


@pytest.mark.quirk("environment-text")
def test_an_environment_of_more_than_four_kilobytes_is_refused_without_its_values(account):
    """Names, values and the marks between them count: `{"A":"xx…"}` is 8 bytes longer than `xx…`."""
    says = (
        "Lambda was unable to configure your environment variables because the environment "
        "variables you have provided exceeded the 4KB limit. String measured: "
    )

    def environment(**variables: str) -> dict[str, Any]:
        return {"Environment": {"Variables": variables}}

    for variables in ({"A": "x" * 4088}, {"A": "ü" * 2044}, {"A": "x" * 4081, "B": ""}, {}):
        lambda_settings.check(environment(**variables))
    for variables in ({"A": "x" * 4089}, {"A": "ü" * 2045}, {"A": "x" * 4082, "B": ""}):
        with pytest.raises(Refused, match=says) as found:
            lambda_settings.check(environment(**variables))
        assert found.value.code == "InvalidParameterValueException" and "x" * 9 not in str(found)
    kind, message = ("InvalidParameterValueException", 400), says + '{"KEY":"***"}'
    big = environment(KEY="secret" * 700)
    given = function(account, Role=account.role("lambda.amazonaws.com"), **big)
    refused(kind, message, account.functions.create_function, **given)
    name = account.function("def handler(event, context):\n    return {}\n").rpartition(":")[2]
    change = account.functions.update_function_configuration
    refused(kind, message, change, FunctionName=name, **big)


FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:f"
VERSIONED = {"versions": {"1": {}, "2": {}}, "config": {"FunctionArn": FUNCTION}}


@pytest.mark.parametrize(
    ("data", "code", "says"),
    [
        (
            {"FunctionVersion": "9"},
            "ResourceNotFoundException",
            f"Function not found: {FUNCTION}:9",
        ),
        (
            {"RoutingConfig": {"AdditionalVersionWeights": {"9": 0.1}}},
            "ResourceNotFoundException",
            f"Function not found: {FUNCTION}:9",
        ),
        (
            {"RoutingConfig": {"AdditionalVersionWeights": {"1": 0.1}}},
            "InvalidParameterValueException",
            "Invalid function version 1. "
            + "Function version 1 is already included in routing configuration.",
        ),
        (
            {
                "FunctionVersion": "$LATEST",
                "RoutingConfig": {"AdditionalVersionWeights": {"1": 0.1}},
            },
            "InvalidParameterValueException",
            "$LATEST is not supported for an alias pointing to more than 1 version",
        ),
        (
            {"RoutingConfig": {"AdditionalVersionWeights": {"1": 0.1, "2": 0.1}}},
            "InvalidParameterValueException",
            "Number of items in AdditionalVersionWeights cannot be greater than 1",
        ),
    ],
)
def test_aliases_of_versions_that_cannot_be(data, code, says):
    with pytest.raises(Refused) as found:
        lambda_aliases.check(VERSIONED, data, {"FunctionVersion": "1"})
    assert (found.value.code, found.value.message) == (code, says)
    shares = {"RoutingConfig": {"AdditionalVersionWeights": {"2": 0.1}}}
    lambda_aliases.check(VERSIONED, shares, {"FunctionVersion": "1"})
    lambda_aliases.check(VERSIONED, {"Description": "x"}, {"FunctionVersion": "1", **shares})


def test_permissions(account):
    name = account.function("def handler(event, context):\n    return {}\n").rpartition(":")[2]
    statement = {
        "FunctionName": name,
        "StatementId": "s1",
        "Action": "lambda:InvokeFunction",
        "Principal": "apigateway.amazonaws.com",
    }
    account.functions.add_permission(**statement)
    twice = (
        "The statement id (s1) provided already exists. Please provide a new statement id, or "
        "remove the existing statement."
    )
    conflict = ("ResourceConflictException", 409)
    refused(conflict, twice, account.functions.add_permission, **statement)
    gone, remove = ("ResourceNotFoundException", 404), account.functions.remove_permission
    unknown = "Statement s2 is not found in resource policy."
    refused(gone, unknown, remove, FunctionName=name, StatementId="s2")


def test_a_function_that_nobody_may_invoke_has_no_policy(account):
    functions = account.functions
    name = account.function("def handler(event, context):\n    return {}\n").rpartition(":")[2]
    version = {
        "FunctionName": name,
        "Qualifier": functions.publish_version(FunctionName=name)["Version"],
    }
    gone, says = ("ResourceNotFoundException", 404), "The resource you requested does not exist."
    refused(gone, says, functions.get_policy, FunctionName=name)
    refused(gone, says, functions.get_policy, **version)
    functions.add_permission(
        **version,
        StatementId="s1",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
    )
    assert json.loads(functions.get_policy(**version)["Policy"])["Statement"]
    refused(gone, says, functions.get_policy, FunctionName=name)


@pytest.mark.parametrize("text", ["{", "[]", "none"])
def test_who_may_assume_a_role_is_told_in_json(account, text):
    malformed, says = ("MalformedPolicyDocument", 400), "This policy contains invalid Json"
    create, update = account.iam.create_role, account.iam.update_assume_role_policy
    refused(malformed, says, create, RoleName="never", AssumeRolePolicyDocument=text)
    name = account.role("lambda.amazonaws.com").rpartition("/")[2]
    refused(malformed, says, update, RoleName=name, PolicyDocument=text)


def test_a_dashboard_is_a_json_object(account):
    put = account.client("cloudwatch").put_dashboard
    says = "The field DashboardBody must be a valid JSON object"
    refused(("InvalidParameterInput", 400), says, put, DashboardName="a", DashboardBody="{")


def test_one_change_of_a_function_at_a_time(account):
    arn = account.function("def handler(event, context):\n    return {}\n")
    name, functions = arn.rpartition(":")[2], account.functions
    functions.get_waiter("function_active_v2").wait(
        FunctionName=name, WaiterConfig={"Delay": 0.02, "MaxAttempts": 100}
    )
    refusals: list[str] = []
    for number in range(300):
        try:
            functions.update_function_configuration(FunctionName=name, Timeout=number + 1)
        except functions.exceptions.ResourceConflictException as error:
            refusals.append(error.response["Error"]["Message"])
            break
    says = "The operation cannot be performed at this time. An update is in progress for resource: "
    assert refusals == [says + arn]


def test_a_role_with_policies_stays(account):
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    name = account.role("lambda.amazonaws.com", everything).rpartition("/")[2]
    conflict, delete = ("DeleteConflict", 409), account.iam.delete_role
    inline = "Cannot delete entity, must delete policies first."
    refused(conflict, inline, delete, RoleName=name)
    account.iam.delete_role_policy(RoleName=name, PolicyName="inline")
    policy = account.iam.create_policy(PolicyName="kept", PolicyDocument=document(everything))
    arn = policy["Policy"]["Arn"]
    account.iam.attach_role_policy(RoleName=name, PolicyArn=arn)
    attached = "Cannot delete entity, must detach all policies first."
    refused(conflict, attached, delete, RoleName=name)
    account.iam.detach_role_policy(RoleName=name, PolicyArn=arn)
    delete(RoleName=name)


def test_names_and_sizes_by_the_services_models(account):
    with pytest.raises(ClientError, match="ValidationError.*Value 'a b' at 'roleName' failed"):
        account.iam.delete_role(RoleName="a b")
    with pytest.raises(
        ClientError, match="InvalidParameterException.*Value 'a b' at 'logGroupName'"
    ):
        account.client("logs").create_log_group(logGroupName="a b")
    says = "2 validation errors detected: Value 'Middle' at 'statistic' failed"
    with pytest.raises(ClientError, match=f"ValidationError.*{says}"):
        account.client("cloudwatch").put_metric_alarm(
            AlarmName="x", ComparisonOperator="Above", EvaluationPeriods=1, Statistic="Middle"
        )


# EC2 and Auto Scaling


def test_a_group_in_a_zone_that_is_none_and_a_policy_of_no_group(account):
    scaling, kind = account.client("autoscaling"), ("ValidationError", 400)
    template = account.client("ec2").create_launch_template(
        LaunchTemplateName="zones", LaunchTemplateData={"InstanceType": "t3.small"}
    )["LaunchTemplate"]["LaunchTemplateId"]
    group = {
        "AutoScalingGroupName": "zones",
        "LaunchTemplate": {"LaunchTemplateId": template, "Version": "$Latest"},
        "MinSize": 0,
        "MaxSize": 1,
    }
    for zone in ("us-east-1z", "eu-west-1a"):
        told = f"Invalid Availability Zone: {zone}"
        refused(kind, told, scaling.create_auto_scaling_group, **group, AvailabilityZones=[zone])
    unknown = "AutoScalingGroup name not found - AutoScalingGroup zones not found"
    policy = {"PolicyName": "p", "ScalingAdjustment": 1, "AdjustmentType": "ChangeInCapacity"}
    refused(kind, unknown, scaling.put_scaling_policy, AutoScalingGroupName="zones", **policy)
