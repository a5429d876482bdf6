"""Quotas of what instances are made of: what is there, what comes to it, and what AWS does not say."""

from collections import Counter

import pytest
from botocore.exceptions import ClientError

from lab.account import machines
from lab.account.facts import Quota
from lab.account.machines import Machines

MADE = Counter({machines.GROUP: 2, machines.BALANCER: 1, machines.LINK: 1})
RUNNING = [
    {"InstanceType": "m7i.large", "CpuOptions": {"CoreCount": 2, "ThreadsPerCore": 2}},
    {"InstanceType": "c7i.large", "CpuOptions": {"CoreCount": 1, "ThreadsPerCore": 2}, "InstanceLifecycle": "spot"},
    {"InstanceType": "inf2.xlarge", "CpuOptions": {"CoreCount": 2, "ThreadsPerCore": 2}},
]  # fmt: skip
PAGES = {
    "describe_instances": {"Reservations": [{"Instances": RUNNING}]},
    "describe_network_interfaces": {"NetworkInterfaces": [{}] * 7},
    "describe_subnets": {"Subnets": [{}] * 3},
    "describe_load_balancers": {"LoadBalancers": [{"Type": "application"}, {"Type": "network"}]},
}


class Aws:
    """All services at once; `told` are the quotas that Service Quotas tells."""

    def __init__(self, **told):
        self.told = told

    def __call__(self, service):
        return self

    def get_paginator(self, name):
        self.page = PAGES[name]
        return self

    def paginate(self, **_):
        return [self.page]

    def describe_instance_types(self, InstanceTypes):
        return {"InstanceTypes": [{"VCpuInfo": {"DefaultVCpus": 2}}]}

    def get_vpc_links(self):
        return {"Items": []}

    def get_service_quota(self, ServiceCode, QuotaCode):
        if ServiceCode not in self.told:
            raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "GetServiceQuota")
        return {"Quota": {"Value": self.told[ServiceCode]}}


def test_what_instances_need_is_counted_beside_what_is_there():
    asked = Machines.of({"candidate_instances": 1, "first_backend": "instances"})
    assert machines.quotas(Aws(ec2=5.0, vpc=6000.0), MADE, asked) == (
        Quota("vCPUs of instances", 4, 8, 5),
        # Four instances, and one in each subnet for the balancer, the link and the function.
        Quota("network interfaces", 7, 13, 6000),
        Quota("load balancers", 1, 1, 50),
        Quota("VPC links", 0, 1, 10),
    )


def test_a_quota_that_is_less_in_a_new_account_is_not_guessed():
    found = machines.quotas(Aws(), MADE, Machines.of({}))
    assert [quota.what for quota in found] == ["network interfaces", "load balancers", "VPC links"]
    assert found[0].needed == 3 + 2 * 3


def test_without_instances_nobody_is_asked():
    assert machines.quotas(None, Counter(), Machines.of({})) == ()


@pytest.mark.parametrize(
    ("kind", "known"), [("c7i.large", True), ("is4gen.medium", True), ("p5.48xlarge", False)]
)
def test_families_have_quotas_of_their_own(kind, known):
    assert machines.standard(kind) is known
