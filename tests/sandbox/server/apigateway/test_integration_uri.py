"""The address of an AWS integration: a function's own ARN is not one, and AWS says so."""

import pytest
from botocore.exceptions import ClientError

from sandbox.server.apigateway.method_refusals import integration_uri
from sandbox.server.base import partitions
from sandbox.server.base.refusals import Refused
from tests.sandbox.server.conftest import Api
from tests.sandbox.server.shapes import archive

FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:f"
INVOKE = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{FUNCTION}/invocations"
SAYS = "AWS ARN for integration must contain path or action"


@pytest.mark.parametrize(
    ("address", "says"),
    [
        (FUNCTION, SAYS),
        ("", SAYS),
        ("https://example.com", "Invalid ARN specified in the request"),
        (INVOKE.replace("arn:aws:a", "arn:aws-cn:a"), "Invalid ARN specified in the request"),
    ],
)
def test_what_is_no_address_of_a_service_call_is_refused(address, says):
    with pytest.raises(Refused, match=f"^{says}$"):
        integration_uri("AWS_PROXY", address)


@pytest.mark.parametrize(
    ("type", "address"),
    [
        ("AWS_PROXY", INVOKE),
        ("AWS", "arn:aws:apigateway:us-east-1:sqs:action/SendMessage"),
        ("AWS_PROXY", INVOKE.replace("function:f", "function:${stageVariables.f}")),
        ("HTTP_PROXY", "https://example.com"),
        ("MOCK", None),
    ],
)
def test_what_can_be_called_is_let_by(type, address):
    assert integration_uri(type, address) is None


def test_put_and_update_refuse_and_keep_what_was_there(account):
    api = account.api()
    place = api.method()
    put = {"type": "AWS_PROXY", "integrationHttpMethod": "POST"}
    with pytest.raises(ClientError, match=f"BadRequestException.*{SAYS}"):
        account.gateway.put_integration(**place, **put, uri=FUNCTION)
    account.gateway.put_integration(**place, **put, uri=INVOKE)
    change = [{"op": "replace", "path": "/uri", "value": FUNCTION}]
    with pytest.raises(ClientError, match=f"BadRequestException.*{SAYS}"):
        account.gateway.update_integration(**place, patchOperations=change)
    assert account.gateway.get_integration(**place)["uri"] == INVOKE


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("us-east-1", "aws"),
        ("cn-northwest-1", "aws-cn"),
        ("us-gov-west-1", "aws-us-gov"),
        ("us-govern-1", "aws"),
        ("us-iso-east-1", "aws-iso"),
        ("us-isob-east-1", "aws-iso-b"),
        ("eusc-de-east-1", "aws-eusc"),
    ],
)
def test_a_region_is_in_a_partition(region, partition):
    assert partitions.of(region) == partition


ECHO = """
def handler(event, context):
    return {"body": event["requestContext"]["authorizer"]["arn"]}
"""
GUARD = """
def handler(event, context):
    arn = event["methodArn"]
    allow = {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": arn}
    policy = {"Version": "2012-10-17", "Statement": [allow]}
    return {"principalId": "me", "policyDocument": policy, "context": {"arn": arn}}
"""


@pytest.mark.quirk("partition")
def test_an_api_in_china_is_addressed_in_chinas_partition(account):
    services = ("apigateway", "lambda")
    gateway, functions = (account.connect(name, region="cn-north-1") for name in services)
    role = account.role("lambda.amazonaws.com")
    shape = {"Runtime": "python3.12", "Handler": "h.handler", "Role": role}
    arns = {
        name: functions.create_function(
            FunctionName=name, Code={"ZipFile": archive(code)}, **shape
        )["FunctionArn"]
        for name, code in (("echo", ECHO), ("guard", GUARD))
    }
    # The emulator has one partition for what is not API Gateway's.
    assert arns["echo"] == "arn:aws:lambda:cn-north-1:000000000000:function:echo"
    made = gateway.create_rest_api(name="china")
    place = {"restApiId": made["id"], "resourceId": made["rootResourceId"], "httpMethod": "GET"}

    def address(name: str, partition: str = "aws-cn") -> str:
        path = f"2015-03-31/functions/{arns[name]}/invocations"
        return f"arn:{partition}:apigateway:cn-north-1:lambda:path/{path}"

    guard = {"restApiId": made["id"], "name": "guard", "type": "TOKEN"}
    guard["identitySource"] = "method.request.header.Authorization"
    with pytest.raises(ClientError, match="Authorizer URI should be a valid API Gateway ARN"):
        gateway.create_authorizer(**guard, authorizerUri=address("guard", "aws"))
    authorizer = gateway.create_authorizer(**guard, authorizerUri=address("guard"))["id"]
    change = {"op": "replace", "path": "/authorizerUri", "value": address("guard", "aws")}
    with pytest.raises(ClientError, match="Authorizer URI should be a valid API Gateway ARN"):
        gateway.update_authorizer(
            restApiId=made["id"], authorizerId=authorizer, patchOperations=[change]
        )
    gateway.put_method(**place, authorizationType="CUSTOM", authorizerId=authorizer)
    proxy = {"type": "AWS_PROXY", "integrationHttpMethod": "POST"}
    with pytest.raises(ClientError, match="Invalid ARN specified in the request"):
        gateway.put_integration(**place, **proxy, uri=address("echo", "aws"))
    gateway.put_integration(**place, **proxy, uri=address("echo"))
    arn = f"arn:aws-cn:execute-api:cn-north-1:000000000000:{made['id']}"
    for name in arns:
        functions.add_permission(
            FunctionName=name, StatementId="api", Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com", SourceArn=f"{arn}/*",
        )  # fmt: skip
    gateway.create_deployment(restApiId=made["id"], stageName="v1")
    api = Api(account, made["id"], made["rootResourceId"])
    answer = api.call(headers={"Authorization": "x"})
    assert (answer.status_code, answer.text) == (200, f"{arn}/v1/GET/")
