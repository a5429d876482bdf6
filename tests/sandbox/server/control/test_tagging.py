"""The tagging API lists what makes a private integration, and tags it."""

from __future__ import annotations

import pytest

from tests.sandbox.server import private

TAGS = [{"Key": "stack", "Value": "private"}]


def test_networks_balancers_and_links_are_listed_and_tagged(account):
    ec2, balancing = account.client("ec2"), account.client("elbv2")
    tagging = account.client("resourcegroupstaggingapi")
    subnets = private.subnets(account)
    ids = [each["SubnetId"] for each in subnets][:2]
    group = private.group(account, "tagged", subnets[0]["VpcId"])
    ec2.create_tags(Resources=[group], Tags=TAGS)
    balancer = balancing.create_load_balancer(Name="tagged", Subnets=ids, Tags=TAGS)
    arn = balancer["LoadBalancers"][0]["LoadBalancerArn"]
    link = account.client("apigatewayv2").create_vpc_link(
        Name="tagged", SubnetIds=ids, Tags={"stack": "private"}
    )["VpcLinkId"]

    def listed(**more) -> set[str]:
        wanted = [{"Key": "stack", "Values": ["private"]}]
        found = tagging.get_resources(TagFilters=wanted, **more)["ResourceTagMappingList"]
        return {each["ResourceARN"] for each in found}

    home = "us-east-1:000000000000"
    of_group, of_link = (
        f"arn:aws:ec2:{home}:security-group/{group}",
        (f"arn:aws:apigateway:us-east-1::/vpclinks/{link}"),
    )
    assert listed() == {of_group, of_link, arn}
    assert listed(ResourceTypeFilters=["elasticloadbalancing:loadbalancer"]) == {arn}
    assert listed(ResourceTypeFilters=["ec2:security-group"]) == {of_group}
    tagging.tag_resources(ResourceARNList=[of_group, arn, of_link], Tags={"team": "one"})
    shown = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["Tags"]
    assert {each["Key"] for each in shown} == {"stack", "team"}
    tagging.untag_resources(ResourceARNList=[of_group, arn, of_link], TagKeys=["stack"])
    assert listed() == set()
    balancing.delete_load_balancer(LoadBalancerArn=arn)
    ec2.delete_security_group(GroupId=group)
    account.client("apigatewayv2").delete_vpc_link(VpcLinkId=link)
    left = {each["ResourceARN"] for each in tagging.get_resources()["ResourceTagMappingList"]}
    assert not left & {of_group, of_link, arn}


@pytest.mark.quirk("tagged-ghosts")
def test_alarms_secrets_parameters_and_web_acls_are_listed_while_they_are_there(account):
    watch, secrets = account.client("cloudwatch"), account.client("secretsmanager")
    systems, wall = account.client("ssm"), account.client("wafv2")
    tagging, tags = account.client("resourcegroupstaggingapi"), [{"Key": "stack", "Value": "four"}]
    watch.put_metric_alarm(
        AlarmName="tagged", Namespace="a", MetricName="b", Statistic="Sum", Period=60,
        EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanThreshold", Tags=tags,
    )  # fmt: skip
    secret = secrets.create_secret(Name="tagged-four", SecretString="x", Tags=tags)["ARN"]
    systems.put_parameter(Name="/tagged/four", Value="x", Type="String", Tags=tags)
    shown = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "m"}
    acl = wall.create_web_acl(
        Name="tagged", Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig=shown,
        Rules=[], Tags=tags,
    )["Summary"]  # fmt: skip

    def listed(**more) -> list[str]:
        wanted = [{"Key": "stack", "Values": ["four"]}]
        found = tagging.get_resources(TagFilters=wanted, **more)["ResourceTagMappingList"]
        return sorted(each["ResourceARN"] for each in found)

    alarm = "arn:aws:cloudwatch:us-east-1:000000000000:alarm:tagged"
    parameter = "arn:aws:ssm:us-east-1:000000000000:parameter/tagged/four"
    assert listed() == sorted([alarm, secret, parameter, acl["ARN"]])
    assert listed(ResourceTypeFilters=["cloudwatch:alarm"]) == [alarm]
    watch.delete_alarms(AlarmNames=["tagged"])
    secrets.delete_secret(SecretId=secret, ForceDeleteWithoutRecovery=True)
    systems.delete_parameter(Name="/tagged/four")
    wall.delete_web_acl(Name="tagged", Scope="REGIONAL", Id=acl["Id"], LockToken=acl["LockToken"])
    assert listed() == []
