"""Deletes a thing that no state knows, by its kind, in the fewest calls that its service wants."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lab.cleaning.asking import Client
from lab.cleaning.kinds import kind_of

Delete = Callable[[Any, str, tuple[str, ...]], Any]  # a client, the ARN, its names


def usage_plan(gateway: Any, arn: str, names: tuple[str, ...]) -> None:
    """A plan that has stages is refused: they are taken out of it first."""
    plan = gateway.get_usage_plan(usagePlanId=names[0])
    stages = [f"{each['apiId']}:{each['stage']}" for each in plan.get("apiStages") or ()]
    if stages:
        out = [{"op": "remove", "path": "/apiStages", "value": stage} for stage in stages]
        gateway.update_usage_plan(usagePlanId=names[0], patchOperations=out)
    gateway.delete_usage_plan(usagePlanId=names[0])


def role(iam: Any, arn: str, names: tuple[str, ...]) -> None:
    """A role that has policies, or is in an instance profile, is refused."""
    own = {"RoleName": names[0]}
    for page in iam.get_paginator("list_attached_role_policies").paginate(**own):
        for policy in page["AttachedPolicies"]:
            iam.detach_role_policy(**own, PolicyArn=policy["PolicyArn"])
    for page in iam.get_paginator("list_role_policies").paginate(**own):
        for name in page["PolicyNames"]:
            iam.delete_role_policy(**own, PolicyName=name)
    for profile in iam.list_instance_profiles_for_role(**own)["InstanceProfiles"]:
        name = profile["InstanceProfileName"]
        iam.remove_role_from_instance_profile(**own, InstanceProfileName=name)
    iam.delete_role(**own)


def instance_profile(iam: Any, arn: str, names: tuple[str, ...]) -> None:
    """A profile that has a role is refused."""
    own = {"InstanceProfileName": names[0]}
    for held in iam.get_instance_profile(**own)["InstanceProfile"]["Roles"]:
        iam.remove_role_from_instance_profile(**own, RoleName=held["RoleName"])
    iam.delete_instance_profile(**own)


def bucket(s3: Any, arn: str, names: tuple[str, ...]) -> None:
    """A bucket that has objects, or old versions of them, is refused."""
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=names[0]):
        found = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
        if found:
            objects = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in found]
            s3.delete_objects(Bucket=names[0], Delete={"Objects": objects, "Quiet": True})
    s3.delete_bucket(Bucket=names[0])


def user_pool(cognito: Any, arn: str, names: tuple[str, ...]) -> None:
    """A pool that has a domain is refused; one that is protected stays."""
    own = {"UserPoolId": names[0]}
    if domain := cognito.describe_user_pool(**own)["UserPool"].get("Domain"):
        cognito.delete_user_pool_domain(**own, Domain=domain)
    cognito.delete_user_pool(**own)


def web_acl(wall: Any, arn: str, names: tuple[str, ...]) -> None:
    """Who deletes it shows that they have seen it as it is."""
    scope = "REGIONAL" if names[0] == "regional" else "CLOUDFRONT"
    own = {"Scope": scope, "Name": names[1], "Id": names[2]}
    wall.delete_web_acl(**own, LockToken=wall.get_web_acl(**own)["LockToken"])


DELETES: dict[str, tuple[str, Delete]] = {
    "group of instances": ("autoscaling", lambda c, _, n: c.delete_auto_scaling_group(
        AutoScalingGroupName=n[0], ForceDelete=True)),
    "instance": ("ec2", lambda c, _, n: c.terminate_instances(InstanceIds=[n[0]])),
    "listener rule": ("elbv2", lambda c, arn, _: c.delete_rule(RuleArn=arn)),
    "listener": ("elbv2", lambda c, arn, _: c.delete_listener(ListenerArn=arn)),
    "load balancer": ("elbv2", lambda c, arn, _: c.delete_load_balancer(LoadBalancerArn=arn)),
    "target group": ("elbv2", lambda c, arn, _: c.delete_target_group(TargetGroupArn=arn)),
    "web ACL": ("wafv2", web_acl),
    "usage plan": ("apigateway", usage_plan),
    "API key": ("apigateway", lambda c, _, n: c.delete_api_key(apiKey=n[0])),
    "stage": ("apigateway", lambda c, _, n: c.delete_stage(restApiId=n[0], stageName=n[1])),
    "REST API": ("apigateway", lambda c, _, n: c.delete_rest_api(restApiId=n[0])),
    "VPC link": ("apigatewayv2", lambda c, _, n: c.delete_vpc_link(VpcLinkId=n[0])),
    "function": ("lambda", lambda c, _, n: c.delete_function(FunctionName=n[0])),
    "launch template": ("ec2", lambda c, _, n: c.delete_launch_template(LaunchTemplateId=n[0])),
    "security group": ("ec2", lambda c, _, n: c.delete_security_group(GroupId=n[0])),
    "instance profile": ("iam", instance_profile),
    "role": ("iam", role),
    "alarm": ("cloudwatch", lambda c, _, n: c.delete_alarms(AlarmNames=[n[0]])),
    "table": ("dynamodb", lambda c, _, n: c.delete_table(TableName=n[0])),
    "user pool": ("cognito-idp", user_pool),
    "bucket": ("s3", bucket),
    "log group": ("logs", lambda c, _, n: c.delete_log_group(logGroupName=n[0])),
}  # fmt: skip


def delete(client: Client, arn: str) -> bool:
    """Delete a thing; False where nobody here knows how.

    Raises:
        ClientError: its service refused.
    """
    kind, names = kind_of(arn)
    if kind.name not in DELETES:
        return False
    service, call = DELETES[kind.name]
    region = arn.split(":")[3]
    call(client(service, region) if region else client(service), arn, names)
    return True
