"""What instances want of an account: quotas of EC2, of networks and of load balancers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lab.account.asking import asked
from lab.account.facts import Quota

GROUP, BALANCER = "aws:autoscaling/group:Group", "aws:lb/loadBalancer:LoadBalancer"
LINK = "aws:apigatewayv2/vpcLink:VpcLink"
# The families of a quota of its own: "Running On-Demand Standard instances", counted in processors.
STANDARD = ("a", "c", "d", "h", "i", "m", "r", "t", "z")

Client = Callable[[str], Any]  # of a service, by its name in boto3


@dataclass(frozen=True)
class Row:
    """A quota: its names in Service Quotas, and what every account begins with.

    What an account begins with: of load balancers and links, their guides to quotas, and of the rest,
    the General Reference, read in November 2026. None: a new account may have less, so it counts only
    if AWS says it.

    The codes: as each guide's page of quotas links to Service Quotas ("Amazon VPC quotas" and so on:
    …/servicequotas/home/services/vpc/quotas/L-DF5E4CA3), read in November 2026.
    """

    what: str
    service: str
    code: str
    most: int | None


PROCESSORS = Row("vCPUs of instances", "ec2", "L-1216C47A", None)
INTERFACES = Row("network interfaces", "vpc", "L-DF5E4CA3", 5_000)
BALANCERS = Row("load balancers", "elasticloadbalancing", "L-53DA6B97", 50)
LINKS = Row("VPC links", "apigateway", "L-608BDCD4", 10)


@dataclass(frozen=True)
class Machines:
    """How many instances a deployment may come to, of which type; whether functions go there, too."""

    most: int
    type: str
    asked_first: bool

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Machines:
        """What settings come to; those that are left out have their defaults."""
        from gateway.settings import Settings

        def chosen(name: str) -> Any:
            return settings.get(name, getattr(Settings, name))

        most = chosen("most_instances") + chosen("candidate_instances")
        return cls(most, chosen("instance_type"), chosen("first_backend") == "instances")


def quotas(client: Client, declared: Counter[str], machines: Machines) -> tuple[Quota, ...]:
    """What of machines there may be only so many of; what AWS does not say is left out."""
    if not declared[GROUP]:
        return ()
    subnets = asked(lambda: _count(client("ec2"), "describe_subnets", "Subnets", _DEFAULT))
    places = declared[BALANCER] + declared[LINK] + machines.asked_first
    rows: tuple[tuple[Row, Callable[[], int], Callable[[], int]], ...] = (
        (
            PROCESSORS,
            lambda: processors(client("ec2")),
            lambda: machines.most * _of_type(client("ec2"), machines.type),
        ),
        (
            INTERFACES,
            lambda: _count(client("ec2"), "describe_network_interfaces", "NetworkInterfaces"),
            lambda: machines.most + places * (subnets or 0),
        ),
        (
            BALANCERS,
            lambda: _balancers(client("elbv2")),
            lambda: declared[BALANCER],
        ),
        (
            LINKS,
            lambda: len(client("apigatewayv2").get_vpc_links()["Items"]),
            lambda: declared[LINK],
        ),
    )
    found = (_quota(client, *row) for row in rows)
    return tuple(quota for quota in found if quota)


_DEFAULT = {"Filters": [{"Name": "default-for-az", "Values": ["true"]}]}


def _quota(
    client: Client, row: Row, used: Callable[[], int], needed: Callable[[], int]
) -> Quota | None:
    told = asked(
        lambda: client("service-quotas").get_service_quota(
            ServiceCode=row.service, QuotaCode=row.code
        )
    )
    most = int(told["Quota"]["Value"]) if told else row.most
    counts = asked(used), asked(needed)
    if most is None or counts[0] is None or counts[1] is None:
        return None
    return Quota(row.what, counts[0], counts[1], most)


def processors(ec2: Any) -> int:
    """The processors of all on-demand instances of the standard families that run."""
    running = {"Filters": [{"Name": "instance-state-name", "Values": ["pending", "running"]}]}
    total = 0
    for page in ec2.get_paginator("describe_instances").paginate(**running):
        for each in (one for made in page["Reservations"] for one in made["Instances"]):
            options = each.get("CpuOptions") or {}
            cores = options.get("CoreCount", 1) * options.get("ThreadsPerCore", 1)
            if standard(each["InstanceType"]) and each.get("InstanceLifecycle") != "spot":
                total += cores
    return total


def standard(kind: str) -> bool:
    """Whether a type is of a standard family: "c7i.large" is, "inf2.xlarge" is not."""
    family = kind.partition(".")[0]
    letters = family[: next((at for at, sign in enumerate(family) if sign.isdigit()), None)]
    return letters in {*STANDARD, "im", "is"}


def _of_type(ec2: Any, kind: str) -> int:
    if not standard(kind):
        return 0
    (told,) = ec2.describe_instance_types(InstanceTypes=[kind])["InstanceTypes"]
    return int(told["VCpuInfo"]["DefaultVCpus"])


def _count(client: Any, call: str, key: str, where: Mapping[str, Any] | None = None) -> int:
    pages = client.get_paginator(call).paginate(**(where or {}))
    return sum(len(page[key]) for page in pages)


def _balancers(lb: Any) -> int:
    pages = lb.get_paginator("describe_load_balancers").paginate()
    found = [each for page in pages for each in page["LoadBalancers"]]
    return sum(each["Type"] == "application" for each in found)
