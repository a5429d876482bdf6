"""What programs look up, against a real emulator."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import CallError
from tests.sandbox.provider.lambda_.functions import FUNCTION, ROLE, TRUST, small
from tests.sandbox.provider.lifecycle import Lives, look_up

# Byte for byte: sets are sorted downwards, keys are in the order of Go's struct fields.
RENDERED = """\
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Invoke",
      "Effect": "Allow",
      "Action": [
        "s3:PutObject",
        "s3:GetObject"
      ],
      "Resource": "arn:aws:s3:::home/${aws:username}",
      "Principal": {
        "AWS": [
          "arn:b",
          "arn:a"
        ]
      },
      "Condition": {
        "IpAddress": {
          "aws:SourceIp": "10.0.0.0/8"
        },
        "StringLike": {
          "s3:prefix": [
            "",
            "home/"
          ]
        }
      }
    }
  ]
}"""


def document(ctx: Context, **arguments: Any) -> dict[str, Any]:
    return look_up(ctx, "aws:iam/getPolicyDocument:getPolicyDocument", **arguments)


def test_the_caller_is_the_account_of_the_sandbox(ctx: Context) -> None:
    caller = look_up(ctx, "aws:index/getCallerIdentity:getCallerIdentity")
    assert caller["accountId"] == caller["id"] == "000000000000"
    assert caller["arn"].startswith("arn:aws:iam::000000000000:") and caller["userId"]


def test_a_region_is_described(ctx: Context) -> None:
    token = "aws:index/getRegion:getRegion"
    assert look_up(ctx, token) == {
        "description": "US East (N. Virginia)",
        "endpoint": "ec2.us-east-1.amazonaws.com",
        "id": "us-east-1",
        "name": "us-east-1",
        "region": "us-east-1",
    }
    assert look_up(ctx, token, region="eu-west-1")["description"] == "Europe (Ireland)"
    assert look_up(ctx, token, endpoint="ec2.eu-west-1.amazonaws.com")["region"] == "eu-west-1"
    with pytest.raises(CallError, match='no region found for name "mars-1"'):
        look_up(ctx, token, name="mars-1")


def test_a_partition_is_described(ctx: Context) -> None:
    assert look_up(ctx, "aws:index/getPartition:getPartition") == {
        "dnsSuffix": "amazonaws.com",
        "id": "aws",
        "partition": "aws",
        "reverseDnsPrefix": "com.amazonaws",
    }


def test_a_policy_document_is_rendered_as_the_official_provider_does(ctx: Context) -> None:
    made = document(
        ctx,
        statements=[
            {
                "sid": "Invoke",
                "actions": ["s3:GetObject", "s3:PutObject"],
                "resources": ["arn:aws:s3:::home/&{aws:username}"],
                "principals": [{"type": "AWS", "identifiers": ["arn:a", "arn:b"]}],
                "conditions": [
                    {"test": "StringLike", "variable": "s3:prefix", "values": ["", "home/"]},
                    {"test": "IpAddress", "variable": "aws:SourceIp", "values": ["10.0.0.0/8"]},
                ],
            }
        ],
    )
    assert made["json"] == RENDERED
    assert json.loads(made["minifiedJson"]) == json.loads(made["json"])
    assert "\n" not in made["minifiedJson"] and made["id"].isdigit()


@pytest.mark.parametrize(
    ("principals", "expected"),
    [
        ([{"type": "*", "identifiers": ["*"]}], "*"),
        ([{"type": "AWS", "identifiers": ["*"]}], {"AWS": "*"}),
        (
            [
                {"type": "Service", "identifiers": ["lambda.amazonaws.com"]},
                {"type": "AWS", "identifiers": ["1", "2"]},
                {"type": "AWS", "identifiers": ["3"]},
            ],
            {"AWS": ["2", "1", "3"], "Service": "lambda.amazonaws.com"},
        ),
    ],
)
def test_principals_are_grouped_by_their_type(
    ctx: Context, principals: list[dict[str, Any]], expected: Any
) -> None:
    made = document(ctx, statements=[{"actions": ["a:b"], "principals": principals}])
    assert json.loads(made["json"])["Statement"][0]["Principal"] == expected


def test_the_negative_forms_are_rendered(ctx: Context) -> None:
    statement = {
        "effect": "Deny",
        "notActions": ["iam:*"],
        "notResources": ["*"],
        "notPrincipals": [{"type": "AWS", "identifiers": ["arn:x"]}],
    }
    made = document(ctx, version="2008-10-17", policyId="mine", statements=[statement])
    assert json.loads(made["json"]) == {
        "Version": "2008-10-17",
        "Id": "mine",
        "Statement": [
            {
                "Effect": "Deny",
                "NotAction": "iam:*",
                "NotResource": "*",
                "NotPrincipal": {"AWS": "arn:x"},
            }
        ],
    }


def one(sid: str, action: str) -> str:
    statement = {"Sid": sid, "Effect": "Allow", "Action": action, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_sources_come_first_and_overrides_take_the_place_of_their_sid(ctx: Context) -> None:
    made = document(
        ctx,
        sourcePolicyDocuments=[one("A", "a:1"), one("B", "b:1")],
        statements=[{"sid": "B", "actions": ["b:2"], "resources": ["*"]}],
        overridePolicyDocuments=[one("A", "a:3"), one("C", "c:3")],
    )
    found = [(each["Sid"], each["Action"]) for each in json.loads(made["json"])["Statement"]]
    assert found == [("A", "a:3"), ("B", "b:2"), ("C", "c:3")]


def test_nothing_makes_a_document_of_a_version_alone(ctx: Context) -> None:
    assert document(ctx)["json"] == '{\n  "Version": "2012-10-17"\n}'


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"statements": [{"sid": "A"}, {"sid": "A"}]},
            r"duplicate Sid \(A\) in statement 1\. Remove the Sid or ensure the Sid is unique\.",
        ),
        (
            {"sourcePolicyDocuments": [one("A", "a:1"), one("A", "a:2")]},
            r"duplicate Sid \(A\) in source_policy_documents \(item 1; statement 0\)",
        ),
        ({"overridePolicyDocuments": ["{"]}, "a policy document is not JSON: .*: {"),
        (
            {"version": "2008-10-17", "statements": [{"resources": ["&{aws:username}"]}]},
            r"found &\{ sequence in \(&\{aws:username\}\), which is not supported",
        ),
    ],
)
def test_what_the_official_one_refuses_is_refused(
    ctx: Context, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(CallError, match=message):
        document(ctx, **arguments)


def test_an_existing_function_is_found(life: Lives, ctx: Context) -> None:
    role = life(ROLE, name=life.name("fn"), assumeRolePolicy=TRUST).outputs["arn"]
    made = life(FUNCTION, name=life.name("fn"), **small(role), timeout=9, tags={"a": "b"})
    token = "aws:lambda/getFunction:getFunction"
    found = look_up(ctx, token, functionName=made.id)
    same = ("arn", "codeSha256", "invokeArn", "qualifiedArn", "role", "runtime", "timeout", "tags")
    assert {name: found[name] for name in same} == {name: made.outputs[name] for name in same}
    assert found["functionName"] == found["id"] == made.id
    assert found["version"] == "$LATEST" and found["environment"] == {"variables": {}}
    made.update(publish=True)
    published = look_up(ctx, token, functionName=made.id)
    assert published["version"] == "1" and published["arn"] == made.outputs["arn"]
    assert published["qualifiedArn"] == f"{made.outputs['arn']}:1"


def test_a_missing_function_is_an_error_in_the_official_words(ctx: Context) -> None:
    expected = r"^reading Lambda Function \(nope\): couldn't find resource$"
    with pytest.raises(CallError, match=expected):
        look_up(ctx, "aws:lambda/getFunction:getFunction", functionName="nope")


def test_an_existing_log_group_is_found(life: Lives, ctx: Context) -> None:
    token = "aws:cloudwatch/getLogGroup:getLogGroup"
    made = life("aws:cloudwatch/logGroup:LogGroup", name=life.name("logs"), retentionInDays=7)
    found = look_up(ctx, token, name=made.id)
    assert (found["arn"], found["retentionInDays"]) == (made.outputs["arn"], 7)
    assert found["creationTime"] > 0
    with pytest.raises(CallError, match=r"Log Group \(nope\): couldn't find resource"):
        look_up(ctx, token, name="nope")


def test_an_existing_api_and_its_paths_are_found(life: Lives, ctx: Context) -> None:
    api = life("aws:apigateway/restApi:RestApi", name=life.name("api"))
    found = look_up(ctx, "aws:apigateway/getRestApi:getRestApi", name=api.outputs["name"])
    assert (found["id"], found["arn"]) == (api.id, api.outputs["arn"])
    root = look_up(ctx, "aws:apigateway/getResource:getResource", restApiId=api.id, path="/")
    assert root["id"] == api.outputs["rootResourceId"]
    with pytest.raises(CallError, match='no REST APIs with name "nope" found in this region'):
        look_up(ctx, "aws:apigateway/getRestApi:getRestApi", name="nope")
    with pytest.raises(CallError, match='no Resources with path "/x" found for rest api'):
        look_up(ctx, "aws:apigateway/getResource:getResource", restApiId=api.id, path="/x")


PARAMETER, AMI = "aws:ssm/getParameter:getParameter", "aws:ec2/getAmi:getAmi"


@pytest.mark.parametrize("processor", ["arm64", "x86_64"])
def test_a_public_parameter_names_an_image_that_is_there(ctx: Context, processor: str) -> None:
    name = f"/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-{processor}"
    parameter = look_up(ctx, PARAMETER, name=name)
    assert (parameter["type"], parameter["arn"]) == (
        "String", f"arn:aws:ssm:us-east-1::parameter{name}",
    )  # fmt: skip
    assert parameter["value"] == parameter["insecureValue"]
    of_architecture = [{"name": "architecture", "values": [processor]}]
    newest = {"name": "name", "values": ["al2023-ami-2023.*"]}
    image = look_up(
        ctx, AMI, mostRecent=True, owners=["amazon"], filters=[*of_architecture, newest]
    )
    assert image["id"] == image["imageId"] == parameter["value"]
    assert (image["architecture"], image["rootDeviceName"]) == (processor, "/dev/xvda")
    assert image["creationDate"] and image["arn"].endswith(f"::image/{image['id']}")


def test_an_image_that_is_not_there_or_one_of_many_is_refused(ctx: Context) -> None:
    with pytest.raises(CallError, match="Your query returned no results"):
        look_up(ctx, AMI, owners=["amazon"], nameRegex="^nothing$")
    with pytest.raises(CallError, match="Your query returned more than one result"):
        look_up(ctx, AMI, owners=["amazon"])
    with pytest.raises(CallError, match="Most Recent Image Not Filtered"):
        look_up(ctx, AMI, mostRecent=True)
    with pytest.raises(CallError, match=r"reading SSM Parameter \(/no\): couldn't find resource"):
        look_up(ctx, PARAMETER, name="/no")


def test_zones_are_listed_and_described(ctx: Context) -> None:
    zones = look_up(
        ctx, "aws:index/getAvailabilityZones:getAvailabilityZones", excludeNames=["us-east-1b"]
    )
    assert zones["names"][0] == "us-east-1a" and "us-east-1b" not in zones["names"]
    assert (len(zones["zoneIds"]), zones["id"]) == (len(zones["names"]), "us-east-1")
    token = "aws:index/getAvailabilityZone:getAvailabilityZone"
    zone = look_up(ctx, token, name="us-east-1a")
    assert (zone["nameSuffix"], zone["zoneId"], zone["state"]) == (
        "a", zones["zoneIds"][0], "available",
    )  # fmt: skip
    with pytest.raises(CallError, match="no matching EC2 Availability Zone found"):
        look_up(ctx, token, name="us-east-1z")
