"""A load balancer inside the sandbox's VPC and a link that leads there, for tests of both."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import Any
from urllib.parse import urlsplit

numbers = count(1)


@dataclass(frozen=True)
class Inside:
    """An internal load balancer with one listener, a link that reaches it, and their groups."""

    account: Any
    link: str
    balancer: str
    dns: str
    groups: dict[str, str]
    port: int  # of the server behind it

    def integrate(self, place: dict[str, Any], path: str = "/", port: int = 80, **more: Any) -> Any:
        """Put the balancer behind a method."""
        return self.account.gateway.put_integration(
            **place,
            **{
                "type": "HTTP_PROXY",
                "integrationHttpMethod": "ANY",
                "uri": f"http://{self.dns}:{port}{path}",
                "connectionType": "VPC_LINK",
                "connectionId": self.link,
                "integrationTarget": self.balancer,
                **more,
            },
        )


def subnets(account: Any) -> list[dict[str, Any]]:
    """The default VPC's."""
    found: list[dict[str, Any]] = account.client("ec2").describe_subnets()["Subnets"]
    return found


def group(account: Any, name: str, vpc: str) -> str:
    """A security group that admits nothing, and lets everything out as AWS makes it."""
    made = account.client("ec2").create_security_group(
        GroupName=f"{name}{next(numbers)}", Description="test", VpcId=vpc
    )
    return str(made["GroupId"])


def admit(account: Any, target: str, source: str, port: int) -> None:
    """Let a group's members through to another's."""
    rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port}
    account.client("ec2").authorize_security_group_ingress(
        GroupId=target, IpPermissions=[{**rule, "UserIdGroupPairs": [{"GroupId": source}]}]
    )


def build(account: Any, target: str) -> Inside:
    """All of it, before a server at this address."""
    balancing, number = account.client("elbv2"), next(numbers)
    known = subnets(account)
    vpc, ids = known[0]["VpcId"], [each["SubnetId"] for each in known][:2]
    groups = {name: group(account, name, vpc) for name in ("link", "balancer")}
    admit(account, groups["balancer"], groups["link"], 80)
    made = balancing.create_load_balancer(
        Name=f"inside{number}", Scheme="internal", Subnets=ids, SecurityGroups=[groups["balancer"]]
    )["LoadBalancers"][0]
    address = urlsplit(target)
    targets = balancing.create_target_group(
        Name=f"inside{number}", TargetType="ip", Protocol="HTTP", Port=address.port, VpcId=vpc
    )["TargetGroups"][0]["TargetGroupArn"]
    balancing.register_targets(TargetGroupArn=targets, Targets=[{"Id": address.hostname}])
    balancing.create_listener(
        LoadBalancerArn=made["LoadBalancerArn"],
        Port=80,
        Protocol="HTTP",
        DefaultActions=[{"Type": "forward", "TargetGroupArn": targets}],
    )
    link = account.client("apigatewayv2").create_vpc_link(
        Name="inside", SubnetIds=ids, SecurityGroupIds=[groups["link"]]
    )["VpcLinkId"]
    return Inside(
        account, link, made["LoadBalancerArn"], made["DNSName"], groups, address.port or 80
    )
