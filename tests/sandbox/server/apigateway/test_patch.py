"""PATCH stores what AWS stores: JSON types, lists, maps, decoded names; read back raw."""

import pytest
from botocore.exceptions import ClientError

from sandbox.server.apigateway.patch_types import SHAPES, BadPatch, apply, apply_usage_plan


def change(path, value=None, op="replace"):
    """A patch operation."""
    return {"op": op, "path": path, **({} if value is None else {"value": value})}


# The rules alone


def test_names_are_decoded():
    record = {}
    apply(SHAPES["integration"], record, [change("/requestTemplates/application~1json", "{}")])
    apply(SHAPES["stage"], record, [change("/variables/a~0b", "x")])
    assert record == {"requestTemplates": {"application/json": "{}"}, "variables": {"a~b": "x"}}


def test_a_wrong_operation_changes_nothing():
    record = {"timeoutInMillis": 29000, "uri": "a"}
    for wrong in (
        [change("/uri", "b"), change("/timeoutInMillis", "soon")],
        [change("/uri", "b"), change("/uri", "c", op="test")],
        [change("/uri", "b"), change("uri", "c")],
    ):
        with pytest.raises(BadPatch):
            apply(SHAPES["integration"], record, wrong)
    assert record == {"timeoutInMillis": 29000, "uri": "a"}


def test_an_element_may_be_named_by_its_number():
    """As Terraform's provider does it."""
    shape, record = SHAPES["api"], {"endpointConfiguration": {"types": ["EDGE"]}}
    apply(shape, record, [change("/endpointConfiguration/types/0", "REGIONAL")])
    assert record["endpointConfiguration"]["types"] == ["REGIONAL"]
    apply(shape, record, [change("/endpointConfiguration/types/1", "PRIVATE")])
    apply(shape, record, [change(f"/endpointConfiguration/types/{'9' * 5000}", "PRIVATE")])
    assert record["endpointConfiguration"]["types"] == ["REGIONAL"]
    apply(shape, record, [change("/endpointConfiguration/types/REGIONAL", "PRIVATE")])
    assert record["endpointConfiguration"]["types"] == ["PRIVATE"]


def test_lists_gain_and_lose_elements():
    shape, record = SHAPES["api"], {"binaryMediaTypes": []}
    apply(shape, record, [change("/binaryMediaTypes/image~1png", op="add")])
    apply(shape, record, [change("/binaryMediaTypes/image~1png", op="add")])
    apply(shape, record, [change("/binaryMediaTypes/a~1b", op="add")])
    assert record["binaryMediaTypes"] == ["image/png", "a/b"]
    apply(shape, record, [change("/binaryMediaTypes/image~1png", op="remove")])
    assert record["binaryMediaTypes"] == ["a/b"]
    scopes = {"authorizationScopes": ["one"]}
    apply(SHAPES["method"], scopes, [change("/authorizationScopes", "two", op="add")])
    apply(SHAPES["method"], scopes, [change("/authorizationScopes", "one", op="remove")])
    assert scopes["authorizationScopes"] == ["two"]


def test_an_element_of_a_list_is_replaced_in_its_place():
    record = {"endpointConfiguration": {"types": ["EDGE"]}}
    apply(SHAPES["api"], record, [change("/endpointConfiguration/types/EDGE", "REGIONAL")])
    assert record["endpointConfiguration"]["types"] == ["REGIONAL"]


def test_a_usage_plan_gains_and_loses_stages_and_their_limits():
    plan = {"apiStages": [{"apiId": "a", "stage": "v1"}]}
    apply_usage_plan(plan, [change("/apiStages", "b:v2", op="add")])
    limit = "/apiStages/b:v2/throttle/~1model~1POST/rateLimit"
    apply_usage_plan(plan, [change("/quota/limit", "5"), change(limit, "2.5", op="add")])
    apply_usage_plan(plan, [change("/apiStages", "a:v1", op="remove")])
    throttle = {"/model/POST": {"rateLimit": 2.5}}
    assert plan["apiStages"] == [{"apiId": "b", "stage": "v2", "throttle": throttle}]
    assert plan["quota"] == {"limit": 5}
    with pytest.raises(BadPatch, match="Invalid API Stage specified"):
        apply_usage_plan(plan, [change("/apiStages", "nonsense", op="add")])


# Through the control plane, read raw


@pytest.fixture(scope="module")
def built(account):
    """An API with a method, an integration, responses, a stage, a key and a plan."""
    api = account.api(description="first")
    place = api.mock("one")
    gateway = account.gateway
    gateway.put_method_response(**place, statusCode="200")
    api.deploy("v1")
    key = gateway.create_api_key(name="k", value="v" * 20, enabled=True)["id"]
    plan = gateway.create_usage_plan(name="p", apiStages=[{"apiId": api.id, "stage": "v1"}])["id"]
    return api, place, key, plan


def raw_method(account, api):
    """The record of the root's GET, as JSON."""
    return account.raw(f"/restapis/{api.id}/resources/{api.root}/methods/GET")


def test_booleans_and_numbers_are_stored_as_such(account, built):
    api, place, key, plan = built
    gateway = account.gateway
    parameter = "method.request.header.x"
    gateway.update_method(
        **place,
        patchOperations=[
            change("/apiKeyRequired", "true"),
            change(f"/requestParameters/{parameter}", "true", op="add"),
        ],
    )
    method = raw_method(account, api)
    assert method["apiKeyRequired"] is True
    assert method["requestParameters"] == {parameter: True}
    gateway.update_method(**place, patchOperations=[change("/apiKeyRequired", "false")])
    assert raw_method(account, api)["apiKeyRequired"] is False

    gateway.update_integration(**place, patchOperations=[change("/timeoutInMillis", "1000")])
    assert raw_method(account, api)["methodIntegration"]["timeoutInMillis"] == 1000

    gateway.update_api_key(apiKey=key, patchOperations=[change("/enabled", "false")])
    assert account.raw(f"/apikeys/{key}")["enabled"] is False

    gateway.update_rest_api(
        restApiId=api.id,
        patchOperations=[
            change("/minimumCompressionSize", "10"),
            change("/disableExecuteApiEndpoint", "true"),
            change("/binaryMediaTypes/image~1png", op="add"),
        ],
    )
    stored = account.raw(f"/restapis/{api.id}")
    assert (stored["minimumCompressionSize"], stored["disableExecuteApiEndpoint"]) == (10, True)
    assert stored["binaryMediaTypes"] == ["image/png"]

    gateway.update_usage_plan(
        usagePlanId=plan,
        patchOperations=[
            change("/throttle/rateLimit", "2"),
            change("/throttle/burstLimit", "3"),
            change("/quota/limit", "4"),
            change("/quota/period", "DAY"),
        ],
    )
    stored = account.raw(f"/usageplans/{plan}")
    assert stored["throttle"] == {"rateLimit": 2.0, "burstLimit": 3}
    assert stored["quota"] == {"limit": 4, "offset": 0, "period": "DAY"}


def test_a_stages_patches_have_types_and_leave_no_empty_log_settings(account, built):
    api, *_ = built
    stage = {"restApiId": api.id, "stageName": "v1"}
    account.gateway.update_stage(
        **stage,
        patchOperations=[
            change("/*/*/throttling/rateLimit", "5"),
            change("/*/*/metrics/enabled", "true"),
            change("/tracingEnabled", "true"),
            change("/variables/word", "hello"),
            change("/accessLogSettings/format", "$context.requestId"),
        ],
    )
    stored = account.raw(f"/restapis/{api.id}/stages/v1")
    assert stored["methodSettings"]["*/*"]["throttlingRateLimit"] == 5.0
    assert stored["methodSettings"]["*/*"]["metricsEnabled"] is True
    assert (stored["tracingEnabled"], stored["variables"]) == (True, {"word": "hello"})
    assert stored["accessLogSettings"] == {"format": "$context.requestId"}
    account.gateway.update_stage(
        **stage, patchOperations=[change("/accessLogSettings", op="remove")]
    )
    assert "accessLogSettings" not in account.raw(f"/restapis/{api.id}/stages/v1")


def test_responses_can_be_patched(account, built):
    api, place, *_ = built
    gateway = account.gateway
    header = "method.response.header.x"
    gateway.update_method_response(
        **place,
        statusCode="200",
        patchOperations=[
            change(f"/responseParameters/{header}", "false", op="add"),
            change("/responseModels/application~1json", "Empty", op="add"),
        ],
    )
    gateway.update_integration_response(
        **place,
        statusCode="200",
        patchOperations=[change(f"/responseParameters/{header}", "'false'", op="add")],
    )
    method = raw_method(account, api)
    assert method["methodResponses"]["200"]["responseParameters"] == {header: False}
    assert method["methodResponses"]["200"]["responseModels"] == {"application/json": "Empty"}
    answered = method["methodIntegration"]["integrationResponses"]["200"]
    assert answered["responseParameters"] == {header: "'false'"}
    gateway.update_gateway_response(
        restApiId=api.id, responseType="THROTTLED", patchOperations=[change("/statusCode", "430")]
    )
    stored = account.raw(f"/restapis/{api.id}/gatewayresponses/THROTTLED")
    assert (stored["statusCode"], stored["defaultResponse"]) == ("430", False)


def test_tags_are_one_thing_however_they_are_set(account, built):
    api, _, key, plan = built
    gateway = account.gateway
    for path, record in (
        (f"/restapis/{api.id}", f"/restapis/{api.id}"),
        (f"/restapis/{api.id}/stages/v1", f"/restapis/{api.id}/stages/v1"),
        (f"/apikeys/{key}", f"/apikeys/{key}"),
        (f"/usageplans/{plan}", f"/usageplans/{plan}"),
    ):
        arn = f"arn:aws:apigateway:us-east-1::{path}"
        gateway.tag_resource(resourceArn=arn, tags={"a": "1", "b": "2"})
        gateway.untag_resource(resourceArn=arn, tagKeys=["a"])
        assert account.raw(record)["tags"] == {"b": "2"}
        assert gateway.get_tags(resourceArn=arn)["tags"] == {"b": "2"}


def test_a_mock_has_no_method_of_a_backend_and_new_settings_are_kept(account):
    api = account.api()
    place = api.mock("one")
    assert "httpMethod" not in account.gateway.get_integration(**place)
    account.gateway.put_integration(
        **place,
        type="HTTP_PROXY",
        integrationHttpMethod="GET",
        uri="http://example.org",
        responseTransferMode="STREAM",
        cacheNamespace="mine",
    )
    stored = account.gateway.get_integration(**place)
    assert (stored["responseTransferMode"], stored["cacheNamespace"]) == ("STREAM", "mine")


def test_what_is_not_there_cannot_be_patched(account, built):
    api, place, *_ = built
    gateway = account.gateway
    operations = [change("/description", "x")]
    for call, arguments, text in (
        (gateway.update_rest_api, {"restApiId": "nothing"}, "Invalid API identifier specified"),
        (
            gateway.update_resource,
            {"restApiId": api.id, "resourceId": "nothing"},
            "Invalid Resource identifier specified",
        ),
        (
            gateway.update_method,
            {**place, "httpMethod": "PUT"},
            "Invalid Method identifier specified",
        ),
        (gateway.update_usage_plan, {"usagePlanId": "x"}, "Invalid Usage Plan ID specified"),
    ):
        with pytest.raises(ClientError, match=text) as caught:
            call(**arguments, patchOperations=operations)
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_a_moved_resource_takes_its_children_along(account):
    api = account.api()
    parent = api.path("old")
    child = api.path("child", parent)
    account.gateway.update_resource(
        restApiId=api.id, resourceId=parent, patchOperations=[change("/pathPart", "new")]
    )
    assert account.gateway.get_resource(restApiId=api.id, resourceId=child)["path"] == "/new/child"


def test_the_account_names_its_logging_role(account):
    role = account.role("apigateway.amazonaws.com")
    account.gateway.update_account(patchOperations=[change("/cloudwatchRoleArn", role)])
    assert account.gateway.get_account()["cloudwatchRoleArn"] == role
    account.gateway.update_account(patchOperations=[change("/cloudwatchRoleArn", "")])
    assert "cloudwatchRoleArn" not in account.gateway.get_account()
