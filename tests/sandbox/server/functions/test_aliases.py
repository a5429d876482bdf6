"""What an alias reaches: the version that it names, or a share of requests the second one."""

import json

import pytest

from sandbox.server.functions.aliases import version
from tests.sandbox.server.refusing import refused
from tests.sandbox.server.shapes import archive, uri

CODE = """
import json

WHO = "{}"

def handler(event, context):
    seen = json.dumps([WHO, context.function_version, context.invoked_function_arn])
    if "Stream" in event.get("path", ""):
        return (piece.encode() for piece in ('{{"statusCode": 200}}' + chr(0) * 8, seen))
    return {{"body": seen}}
"""


@pytest.mark.parametrize(
    ("share", "drawn", "chosen"),
    [(0.25, 0.0, "2"), (0.25, 0.24, "2"), (0.25, 0.25, "1"), (0.0, 0.0, "1"), (1.0, 0.999, "2")],
)
def test_a_share_of_the_requests_goes_to_the_second_version(share, drawn, chosen):
    routing = {"AdditionalVersionWeights": {"2": share}}
    assert version({"FunctionVersion": "1", "RoutingConfig": routing}, drawn) == chosen
    assert version({"FunctionVersion": "1"}, drawn) == "1"


@pytest.fixture(scope="module")
def versions(account):
    """A function of two versions, its code since then, and an alias of the first one."""
    functions, arn = account.functions, account.function(CODE.format("first"))
    for number, code in (("1", "second"), ("2", "latest")):
        functions.get_waiter("function_active_v2").wait(FunctionName=arn)
        functions.get_waiter("function_updated_v2").wait(FunctionName=arn)
        assert functions.publish_version(FunctionName=arn)["Version"] == number
        functions.update_function_code(FunctionName=arn, ZipFile=archive(CODE.format(code)))
    functions.create_alias(FunctionName=arn, Name="live", FunctionVersion="1")
    return arn


@pytest.fixture(scope="module")
def api(account, versions):
    """An API that may invoke the alias by two methods, and has methods for what it may not."""
    api = account.api()
    for part, arn in (("live", ":live"), ("ghost", ":ghost"), ("number", ":1"), ("plain", "")):
        api.proxy(versions + arn, api.path(part))
    stream = uri(f"{versions}:live").replace("2015-03-31", "2021-11-15")
    stream = stream.replace("/invocations", "/response-streaming-invocations")
    api.proxy(versions, api.path("Stream"), uri=stream, responseTransferMode="STREAM")
    permission = {
        "FunctionName": versions,
        "Action": "lambda:InvokeFunction",
        "Principal": "apigateway.amazonaws.com",
        "SourceArn": f"{api.arn}/*",
    }
    account.functions.add_permission(**permission, StatementId="live", Qualifier="live")
    says = f"Function not found: {versions}:ghost"
    kind = ("ResourceNotFoundException", 404)
    ghost = {**permission, "StatementId": "ghost", "Qualifier": "ghost"}
    refused(kind, says, account.functions.add_permission, **ghost)
    api.deploy("v1")
    return api


def routed(account, versions, first, **shares):
    """Have the alias lead elsewhere."""
    weights = {number[1:]: share for number, share in shares.items()}
    routing = {"AdditionalVersionWeights": weights}
    account.functions.update_alias(
        FunctionName=versions, Name="live", FunctionVersion=first, RoutingConfig=routing
    )


def test_an_alias_reaches_its_version_and_a_permission_is_the_aliass_alone(account, versions, api):
    live = f"{versions}:live"
    routed(account, versions, "1")
    for path in ("/live", "/Stream"):
        assert json.loads(api.call(path).text) == ["first", "1", live]
    # Neither the version behind it nor the function, and what is not there is no other error.
    for path in ("/number", "/plain", "/ghost"):
        found = api.call(path)
        assert (found.status_code, found.json()) == (500, {"message": "Internal server error"})
    routed(account, versions, "2")
    assert json.loads(api.call("/live").text) == ["second", "2", live]
    routed(account, versions, "$LATEST")
    assert json.loads(api.call("/live").text) == ["latest", "$LATEST", live]


def test_a_weighted_alias_reaches_the_second_version_for_all_who_invoke_it(account, versions, api):
    routed(account, versions, "1", v2=1.0)
    seen = ["second", "2", f"{versions}:live"]
    assert [json.loads(api.call(path).text) for path in ("/live", "/Stream")] == [seen, seen]
    invoked = account.functions.invoke(FunctionName=versions, Qualifier="live")
    assert invoked["ExecutedVersion"] == "2"
    assert json.loads(json.load(invoked["Payload"])["body"]) == seen
    items = account.gateway.get_resources(restApiId=api.id)["items"]
    resource = next(item["id"] for item in items if item["path"] == "/live")
    tested = account.gateway.test_invoke_method(
        restApiId=api.id, resourceId=resource, httpMethod="GET"
    )
    assert "X-Amz-Executed-Version=2" in tested["log"]
