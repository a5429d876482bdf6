"""A thing, asked at its own service: whether it is there still, since when, and of which size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from botocore.exceptions import ClientError

from lab.cleaning.asking import Client
from lab.cleaning.kinds import kind_of


@dataclass(frozen=True)
class Detail:
    """What its service says: `made` in ISO's form or "", `size` of an instance."""

    made: str = ""
    size: str = ""


ENDED = ("shutting-down", "terminated")  # instances that nobody pays for any more
Look = Callable[[Any, str, tuple[str, ...]], Any]  # a client, the ARN, its names
# The service, the call, and where in the answer the time is at which it was made.
LOOKS: dict[str, tuple[str, Look, str]] = {
    "group of instances": ("autoscaling", lambda c, _, n: c.describe_auto_scaling_groups(
        AutoScalingGroupNames=[n[0]])["AutoScalingGroups"], "CreatedTime"),
    "instance": ("ec2", lambda c, _, n: [
        one for each in c.describe_instances(InstanceIds=[n[0]])["Reservations"]
        for one in each["Instances"] if one["State"]["Name"] not in ENDED], "LaunchTime"),
    "listener rule": ("elbv2", lambda c, arn, _: c.describe_rules(RuleArns=[arn])["Rules"], ""),
    "listener": ("elbv2",
                 lambda c, arn, _: c.describe_listeners(ListenerArns=[arn])["Listeners"], ""),
    "load balancer": ("elbv2", lambda c, arn, _: c.describe_load_balancers(
        LoadBalancerArns=[arn])["LoadBalancers"], "CreatedTime"),
    "target group": ("elbv2", lambda c, arn, _: c.describe_target_groups(
        TargetGroupArns=[arn])["TargetGroups"], ""),
    "web ACL": ("wafv2", lambda c, _, n: c.get_web_acl(
        Scope="REGIONAL" if n[0] == "regional" else "CLOUDFRONT", Name=n[1], Id=n[2]), ""),
    "usage plan": ("apigateway", lambda c, _, n: c.get_usage_plan(usagePlanId=n[0]), ""),
    "API key": ("apigateway", lambda c, _, n: c.get_api_key(apiKey=n[0]), "createdDate"),
    "stage": ("apigateway",
              lambda c, _, n: c.get_stage(restApiId=n[0], stageName=n[1]), "createdDate"),
    "REST API": ("apigateway", lambda c, _, n: c.get_rest_api(restApiId=n[0]), "createdDate"),
    "VPC link": ("apigatewayv2", lambda c, _, n: c.get_vpc_link(VpcLinkId=n[0]), "CreatedDate"),
    "function": ("lambda", lambda c, _, n: c.get_function_configuration(
        FunctionName=n[0]), "LastModified"),
    "launch template": ("ec2", lambda c, _, n: c.describe_launch_templates(
        LaunchTemplateIds=[n[0]])["LaunchTemplates"], "CreateTime"),
    "rule of a security group": ("ec2", lambda c, _, n: c.describe_security_group_rules(
        SecurityGroupRuleIds=[n[0]])["SecurityGroupRules"], ""),
    "security group": ("ec2", lambda c, _, n: c.describe_security_groups(
        GroupIds=[n[0]])["SecurityGroups"], ""),
    "instance profile": ("iam", lambda c, _, n: c.get_instance_profile(
        InstanceProfileName=n[0])["InstanceProfile"], "CreateDate"),
    "role": ("iam", lambda c, _, n: c.get_role(RoleName=n[0])["Role"], "CreateDate"),
    "alarm": ("cloudwatch",
              lambda c, _, n: c.describe_alarms(AlarmNames=[n[0]])["MetricAlarms"], ""),
    "table": ("dynamodb",
              lambda c, _, n: c.describe_table(TableName=n[0])["Table"], "CreationDateTime"),
    "user pool": ("cognito-idp", lambda c, _, n: c.describe_user_pool(
        UserPoolId=n[0])["UserPool"], "CreationDate"),
    "bucket": ("s3", lambda c, _, n: c.head_bucket(Bucket=n[0]), ""),
    "secret": ("secretsmanager", lambda c, arn, _: [
        one for one in [c.describe_secret(SecretId=arn)] if not one.get("DeletedDate")],
        "CreatedDate"),
    "log group": ("logs", lambda c, _, n: [
        one for one in c.describe_log_groups(logGroupNamePrefix=n[0])["logGroups"]
        if one["logGroupName"] == n[0]], "creationTime"),
}  # fmt: skip
LOGGING = "with this role API Gateway writes the logs of all of the account's APIs."
GONE = ("NotFound", "NoSuchEntity", "NoSuchBucket", "Nonexistent", "DoesNotExist", "404")


def look(client: Client, arn: str) -> Detail | None:
    """What its service says of a thing; None: it is gone. Of what is not known here, nothing.

    Raises:
        ClientError: the service refused to say.
    """
    kind, names = kind_of(arn)
    if kind.name not in LOOKS:
        return Detail()
    service, ask, made = LOOKS[kind.name]
    region = arn.split(":")[3]
    try:
        found = ask(client(service, region) if region else client(service), arn, names)
    except ClientError as error:
        if is_gone(error):
            return None
        raise
    if isinstance(found, list):
        if not found:
            return None
        found = found[0]
    return Detail(iso(found.get(made)) if made else "", str(found.get("InstanceType") or ""))


def kept(client: Client) -> dict[str, str]:
    """What stays when all else goes, and why, by ARN.

    API Gateway writes the logs of all APIs of an account and Region with one role.

    Raises:
        ClientError: API Gateway refused to say.
    """
    role = client("apigateway").get_account().get("cloudwatchRoleArn")
    return {str(role): LOGGING} if role else {}


def is_gone(error: ClientError) -> bool:
    """Whether a service says that there is no such thing."""
    code = str(error.response.get("Error", {}).get("Code", ""))
    return any(word in code for word in GONE)


def iso(time: Any) -> str:
    """A time as services tell it, in ISO's form; "" where there is none."""
    if isinstance(time, datetime):
        return time.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(time, int | float):  # of CloudWatch Logs, in milliseconds
        return iso(datetime.fromtimestamp(time / 1000, timezone.utc))
    return str(time or "").replace("+0000", "+00:00")
