"""Settings of a stage's methods and VPC links, where the emulator alone differs from AWS."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError


def change(path, value=None, op="replace"):
    """A patch operation."""
    return {"op": op, "path": path, **({} if value is None else {"value": value})}


def test_a_rate_and_a_burst_of_minus_one_are_no_limit(account):
    """The official provider writes -1 where a program sets no limit."""
    api = account.api()
    api.mock("{}")
    api.deploy("v1")
    where = {"restApiId": api.id, "stageName": "v1"}
    burst, rate = "/*/*/throttling/burstLimit", "/*/*/throttling/rateLimit"
    none = [change(burst, "-1"), change(rate, "-1.000000")]
    stage = account.gateway.update_stage(**where, patchOperations=none)
    assert stage["methodSettings"]["*/*"]["throttlingBurstLimit"] == -1
    assert {api.call().status_code for _ in range(3)} == {200}
    zero = [change(burst, "0"), change(rate, "0")]
    account.gateway.update_stage(**where, patchOperations=zero)
    assert api.call().status_code == 429


@pytest.mark.parametrize("path", ["*/*", "model/POST", "model/{id}/POST", "~1model~1{id}/POST"])
def test_the_settings_of_a_method_go_as_a_whole(account, path):
    api = account.api()
    api.mock("{}")
    api.deploy("v1")
    where = {"restApiId": api.id, "stageName": "v1"}
    set_one = [change(f"/{path}/metrics/enabled", "true")]
    assert account.gateway.update_stage(**where, patchOperations=set_one)["methodSettings"]
    gone = account.gateway.update_stage(**where, patchOperations=[change(f"/{path}", op="remove")])
    assert not gone.get("methodSettings")


def test_a_vpc_link_becomes_available_and_is_tagged_and_listed(account):
    target = account.client("elbv2").create_load_balancer(
        Name="settings", Type="network", Subnets=["subnet-00000001"]
    )["LoadBalancers"][0]["LoadBalancerArn"]
    made = account.gateway.create_vpc_link(name="l", targetArns=[target], tags={"a": "1"})
    assert made["status"] == "PENDING" and made["ResponseMetadata"]["HTTPStatusCode"] == 202
    found = account.gateway.get_vpc_link(vpcLinkId=made["id"])
    assert (found["status"], found["targetArns"]) == ("AVAILABLE", [target])
    arn = f"arn:aws:apigateway:us-east-1::/vpclinks/{made['id']}"
    account.gateway.tag_resource(resourceArn=arn, tags={"b": "2"})
    account.gateway.untag_resource(resourceArn=arn, tagKeys=["a"])
    assert account.gateway.get_tags(resourceArn=arn)["tags"] == {"b": "2"}
    assert made["id"] in {link["id"] for link in account.gateway.get_vpc_links()["items"]}
    account.gateway.update_vpc_link(vpcLinkId=made["id"], patchOperations=[change("/name", "m")])
    assert account.gateway.get_vpc_link(vpcLinkId=made["id"])["name"] == "m"
    account.gateway.delete_vpc_link(vpcLinkId=made["id"])
    for call in (account.gateway.get_vpc_link, account.gateway.delete_vpc_link):
        with pytest.raises(ClientError, match="NotFoundException.*Invalid Vpc Link identifier"):
            call(vpcLinkId=made["id"])


def test_a_vpc_link_to_anything_but_a_network_load_balancer_fails(account):
    gone = "arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/net/l/0123456789abcdef"
    for target, why in (("nope", "NLB ARN is malformed"), (gone, "NLB was not found")):
        made = account.gateway.create_vpc_link(name="l", targetArns=[target])
        found = account.gateway.get_vpc_link(vpcLinkId=made["id"])
        assert (found["status"], found["statusMessage"]) == ("FAILED", why)
