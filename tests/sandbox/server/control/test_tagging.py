"""The tagging API lists what makes a private integration, and tags it."""

from __future__ import annotations

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
