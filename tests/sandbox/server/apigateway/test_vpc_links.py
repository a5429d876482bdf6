"""VPC links V2: their calls, and what is refused about integrations with one."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.server import private


@pytest.fixture(scope="module")
def inside(account):
    return private.build(account, "http://127.0.0.1:9")


def test_a_link_is_made_named_tagged_listed_and_deleted(account):
    client, subnets = account.client("apigatewayv2"), private.subnets(account)
    ids = [each["SubnetId"] for each in subnets]
    made = client.create_vpc_link(Name="l", SubnetIds=ids, Tags={"a": "1"})
    id = made["VpcLinkId"]
    assert (made["VpcLinkStatus"], made["VpcLinkVersion"]) == ("PENDING", "V2")
    found = client.get_vpc_link(VpcLinkId=id)
    assert (found["VpcLinkStatus"], found["SubnetIds"]) == ("AVAILABLE", ids)
    assert found["CreatedDate"] == made["CreatedDate"]
    arn = f"arn:aws:apigateway:us-east-1::/vpclinks/{id}"
    client.tag_resource(ResourceArn=arn, Tags={"b": "2"})
    client.untag_resource(ResourceArn=arn, TagKeys=["a"])
    assert client.get_tags(ResourceArn=arn)["Tags"] == {"b": "2"}
    assert client.update_vpc_link(VpcLinkId=id, Name="m")["Name"] == "m"
    other = client.create_vpc_link(Name="l", SubnetIds=ids)["VpcLinkId"]
    pages = [client.get_vpc_links(MaxResults="1")]
    while "NextToken" in pages[-1]:
        pages.append(client.get_vpc_links(MaxResults="1", NextToken=pages[-1]["NextToken"]))
    assert {id, other} <= {link["VpcLinkId"] for page in pages for link in page["Items"]}
    for each in (id, other):
        client.delete_vpc_link(VpcLinkId=each)
        for call in (client.get_vpc_link, client.delete_vpc_link):
            with pytest.raises(ClientError, match="NotFoundException.*Unable to find VpcLink"):
                call(VpcLinkId=each)


@pytest.mark.parametrize(
    "more, message",
    [
        ({"SubnetIds": []}, "Must specify at least one subnet"),
        ({"SubnetIds": ["subnet-9"]}, "The subnet ID 'subnet-9' does not exist"),
        ({"SecurityGroupIds": ["sg-9"]}, "The security group 'sg-9' does not exist"),
        ({"Name": "n" * 129}, "between 1 and 128"),
    ],
)
def test_what_a_link_cannot_be_made_of(account, more, message):
    ids = [each["SubnetId"] for each in private.subnets(account)]
    with pytest.raises(ClientError, match=message):
        account.client("apigatewayv2").create_vpc_link(**{"Name": "l", "SubnetIds": ids, **more})


@pytest.mark.parametrize(
    "more, message",
    [
        ({"connectionId": "nobody"}, "Invalid Vpc Link identifier specified"),
        ({"connectionId": ""}, "ConnectionId is required"),
        ({"integrationTarget": ""}, "IntegrationTarget is required for VpcLinkV2 .{6}"),
        ({"integrationTarget": "arn:aws:s3:::b"}, "must be the ARN of an Application or a Network"),
        (
            {"integrationTarget": "arn:aws:elasticloadbalancing:us-east-1:000000000000:"
             "loadbalancer/app/none/1234"},
            "Load balancer .* not found",
        ),
        ({"type": "MOCK"}, "only supported for HTTP and HTTP_PROXY"),
    ],
)  # fmt: skip
def test_what_an_integration_with_a_link_cannot_be(account, inside, more, message):
    place = account.api().method()
    with pytest.raises(ClientError, match=f"BadRequestException.*{message}"):
        inside.integrate(place, **more)
    inside.integrate(place)
    names = {"connectionId", "integrationTarget"} & set(more)
    changes = [{"op": "replace", "path": f"/{name}", "value": more[name]} for name in names]
    if changes:
        with pytest.raises(ClientError, match=message):
            account.gateway.update_integration(**place, patchOperations=changes)


def test_a_link_in_use_cannot_be_deleted(account, inside):
    api, client = account.api(), account.client("apigatewayv2")
    place = api.method(api.path("used"))
    inside.integrate(place)
    where = f"{api.id}:GET:{place['resourceId']}"
    draft = rf"Cannot delete vpc link. Vpc link '{inside.link}', is referenced in \[.*{where}"
    with pytest.raises(ClientError, match=draft):
        client.delete_vpc_link(VpcLinkId=inside.link)
    api.deploy("v1")
    account.gateway.delete_integration(**place)
    staged = rf"{where}:v1.*in format of \[RESTApiId:Method:Resource:Stage\]"
    with pytest.raises(ClientError, match=staged):
        client.delete_vpc_link(VpcLinkId=inside.link)
    account.gateway.delete_rest_api(restApiId=api.id)
