"""The address of an AWS integration: a function's own ARN is not one, and AWS says so."""

import pytest
from botocore.exceptions import ClientError

from sandbox.server.apigateway.method_refusals import integration_uri
from sandbox.server.base.refusals import Refused

FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:f"
INVOKE = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{FUNCTION}/invocations"
SAYS = "AWS ARN for integration must contain path or action"


@pytest.mark.parametrize(
    ("address", "says"),
    [(FUNCTION, SAYS), ("", SAYS), ("https://example.com", "Invalid ARN specified in the request")],
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
