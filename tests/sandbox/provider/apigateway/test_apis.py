"""REST APIs, paths, methods, integrations, deployments and stages against a real emulator."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import AwsError, CallError
from sandbox.provider.core.registry import kind
from tests.sandbox.provider.lifecycle import (
    Life,
    Lives,
    Wrapped,
    assert_complete,
    assert_deleted,
    assert_found,
    assert_refused,
    created,
)

API = "aws:apigateway/restApi:RestApi"
POLICY = "aws:apigateway/restApiPolicy:RestApiPolicy"
RESOURCE = "aws:apigateway/resource:Resource"
METHOD = "aws:apigateway/method:Method"
INTEGRATION = "aws:apigateway/integration:Integration"
DEPLOYMENT = "aws:apigateway/deployment:Deployment"
STAGE = "aws:apigateway/stage:Stage"
LOG_ARN = "arn:aws:logs:us-east-1:000000000000:log-group:access"
ROLE_ARN = "arn:aws:iam::000000000000:role/api"
URI = (
    "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
    "arn:aws:lambda:us-east-1:000000000000:function:f/invocations"
)


def allow(resource: str) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "execute-api:Invoke",
        "Resource": resource,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def seen(ctx: Context, operation: str, **where: str) -> dict[str, Any]:
    """What boto3 tells of something now."""
    return dict(getattr(ctx.client("apigateway"), operation)(**where))


# REST API

FULL_API = {
    "apiKeySource": "AUTHORIZER",
    "binaryMediaTypes": ["image/png", "application/octet-stream"],
    "description": "a model behind a gateway",
    "disableExecuteApiEndpoint": True,
    "endpointConfiguration": {"types": "REGIONAL", "ipAddressType": "dualstack"},
    "minimumCompressionSize": "1024",
    "policy": allow("execute-api:/*"),
    "tags": {"team": "llm"},
}


def test_a_small_api_has_all_outputs_and_can_be_deleted_twice(life: Lives) -> None:
    api = life(API, name=life.name("api"))
    assert_complete(api)
    assert api.outputs["arn"] == f"arn:aws:apigateway:us-east-1::/restapis/{api.id}"
    assert api.outputs["executionArn"] == f"arn:aws:execute-api:us-east-1:000000000000:{api.id}"
    assert api.outputs["apiKeySource"] == "HEADER"
    assert api.outputs["minimumCompressionSize"] == "" and api.outputs["policy"] == ""
    assert api.outputs["createdDate"].endswith("Z")
    assert_deleted(api)


def test_an_api_with_every_argument_reads_back_as_given(life: Lives) -> None:
    api = life(API, name=life.name("api"), **FULL_API)
    assert_complete(api)
    assert json.loads(api.outputs["policy"]) == json.loads(FULL_API["policy"])
    assert api.imported(api.id) == (api.id, api.outputs)
    assert_deleted(api)


@pytest.mark.parametrize(
    ("argument", "value", "expected"),
    [
        ("apiKeySource", "HEADER", "HEADER"),
        ("binaryMediaTypes", ["image/jpeg", "a~b/c"], ["image/jpeg", "a~b/c"]),
        ("binaryMediaTypes", [], None),
        ("description", "another", "another"),
        ("disableExecuteApiEndpoint", False, False),
        ("minimumCompressionSize", "2048", 2048),
        ("minimumCompressionSize", "0", 0),
        ("minimumCompressionSize", "", None),
        ("name", "another-api", "another-api"),
        ("tags", {"team": "x", "new": "1"}, {"team": "x", "new": "1"}),
        ("tags", None, {}),
    ],
)
def test_an_argument_of_an_api_is_updated(
    life: Lives, ctx: Context, argument: str, value: Any, expected: Any
) -> None:
    api = life(API, name=life.name("api"), **FULL_API).update(**{argument: value})
    found = seen(ctx, "get_rest_api", restApiId=api.id)
    assert found.get(argument) == expected
    assert api.read() == api.outputs


@pytest.mark.parametrize(
    ("member", "value", "expected"),
    [("types", "EDGE", ["EDGE"]), ("ipAddressType", "ipv4", "ipv4")],
)
def test_an_endpoint_setting_of_an_api_is_updated(
    life: Lives, ctx: Context, member: str, value: str, expected: Any
) -> None:
    endpoint = {"types": "REGIONAL", "ipAddressType": "dualstack", member: value}
    api = life(API, name=life.name("api"), **FULL_API).update(endpointConfiguration=endpoint)
    found = seen(ctx, "get_rest_api", restApiId=api.id)
    assert found["endpointConfiguration"][member] == expected
    assert api.outputs["endpointConfiguration"] == endpoint
    assert api.read() == api.outputs


def test_what_an_api_leaves_out_stays_as_it_is(life: Lives, ctx: Context) -> None:
    api = life(API, name=life.name("api"), **FULL_API)
    kept = ("apiKeySource", "binaryMediaTypes", "description", "minimumCompressionSize", "policy")
    before = {name: api.outputs[name] for name in kept}
    api.update(**dict.fromkeys((*kept, "endpointConfiguration"), None))
    assert {name: api.outputs[name] for name in kept} == before


def test_an_openapi_document_is_refused_with_the_way_out(ctx: Context) -> None:
    with pytest.raises(CallError, match="declare the paths with apigateway.Resource.*target aws"):
        kind(API).create(ctx, {"name": "x", "body": "{}"})


def test_the_policy_of_an_api_lives_apart(life: Lives, ctx: Context) -> None:
    api = life(API, name=life.name("api"))
    policy = life(POLICY, restApiId=api.id, policy=allow(f"{api.outputs['executionArn']}/*"))
    assert_complete(policy)
    assert policy.id == api.id
    assert policy.outputs["policy"].startswith('{"Statement":[{"Action":"execute-api:Invoke"')
    policy.update(policy=allow("execute-api:/v1/*"))
    assert json.loads(policy.outputs["policy"])["Statement"][0]["Resource"] == "execute-api:/v1/*"
    assert policy.imported(api.id) == (policy.id, policy.outputs)
    # The API shows the policy, and an update of the API leaves it alone.
    api.update(description="changed")
    assert api.outputs["policy"] == policy.outputs["policy"]
    assert_deleted(policy)


def test_an_interrupted_create_of_an_api_is_found_by_its_name(life: Lives, ctx: Context) -> None:
    api = life(API, name=life.name("api"))
    assert_found(ctx, API, {"name": api.outputs["name"]}, api.id)
    twin = life(API, name=api.outputs["name"])
    assert twin.id != api.id
    assert kind(API).find(ctx, {"name": api.outputs["name"]}) is None


# Paths, methods, integrations


@pytest.fixture
def api(life: Lives) -> Life:
    return life(API, name=life.name("api"))


@pytest.fixture
def path(life: Lives, api: Life) -> Life:
    root = api.outputs["rootResourceId"]
    return life(RESOURCE, restApi=api.id, parentId=root, pathPart="model")


def test_a_path_lives(life: Lives, ctx: Context, api: Life, path: Life) -> None:
    assert_complete(path)
    assert path.outputs["path"] == "/model"
    below = life(RESOURCE, restApi=api.id, parentId=path.id, pathPart="{proxy+}")
    assert below.outputs["path"] == "/model/{proxy+}"
    assert path.imported(f"{api.id}/{path.id}") == (path.id, path.outputs)
    path.update(pathPart="chat")
    assert seen(ctx, "get_resource", restApiId=api.id, resourceId=path.id)["path"] == "/chat"
    below.update(parentId=api.outputs["rootResourceId"])
    assert below.outputs["path"] == "/{proxy+}"
    assert_deleted(below)
    assert_deleted(path)


def test_a_path_that_is_there_is_refused_and_found(ctx: Context, api: Life, path: Life) -> None:
    with pytest.raises(AwsError) as refused:
        kind(RESOURCE).create(ctx, path.inputs)
    assert str(refused.value).startswith(
        "creating API Gateway Resource: operation error API Gateway: CreateResource, "
        "https response error StatusCode: 409, RequestID: "
    )
    assert "ConflictException: Another resource with the same parent" in str(refused.value)
    assert_found(ctx, RESOURCE, path.inputs, path.id)


def test_a_path_of_no_api_is_refused_in_the_official_words(ctx: Context) -> None:
    with pytest.raises(AwsError, match=r"StatusCode: 404, .*NotFoundException: Invalid API id"):
        kind(RESOURCE).create(ctx, {"restApi": "nope", "parentId": "x", "pathPart": "y"})


FULL_METHOD = {
    "apiKeyRequired": True,
    "operationName": "Ask",
    "requestModels": {"application/json": "Empty"},
    "requestParameters": {
        "method.request.header.X-Model": True,
        "method.request.querystring.max_tokens": False,
    },
}


def method(life: Lives, path: Life, **more: Any) -> Life:
    inputs = {"restApi": path.inputs["restApi"], "resourceId": path.id, "httpMethod": "POST"}
    return life(METHOD, **{**inputs, "authorization": "NONE", **more})


def where(path: Life, verb: str = "POST") -> dict[str, str]:
    return {"restApiId": path.inputs["restApi"], "resourceId": path.id, "httpMethod": verb}


def test_a_small_method_has_all_outputs_and_can_be_deleted_twice(life: Lives, path: Life) -> None:
    ask = method(life, path)
    assert_complete(ask)
    assert ask.id == f"agm-{path.inputs['restApi']}-{path.id}-POST"
    assert_deleted(ask)


def test_a_method_with_every_argument_reads_back_as_given(life: Lives, path: Life) -> None:
    authorizer = life.ctx.client("apigateway").create_authorizer(
        restApiId=path.inputs["restApi"],
        name="users",
        type="COGNITO_USER_POOLS",
        identitySource="method.request.header.Authorization",
        providerARNs=["arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_x"],
    )["id"]
    ask = method(
        life,
        path,
        **FULL_METHOD,
        authorization="COGNITO_USER_POOLS",
        authorizerId=authorizer,
        authorizationScopes=["model/ask"],
    )
    assert_complete(ask)
    api = path.inputs["restApi"]
    assert ask.imported(f"{api}/{path.id}/POST") == (ask.id, ask.outputs)
    ask.update(authorizationScopes=["model/ask", "model/admin"])
    found = seen(life.ctx, "get_method", **where(path))
    assert sorted(found["authorizationScopes"]) == ["model/admin", "model/ask"]
    ask.update(authorizationScopes=["model/admin"])
    assert seen(life.ctx, "get_method", **where(path))["authorizationScopes"] == ["model/admin"]
    ask.update(authorization="NONE", authorizerId=None, authorizationScopes=None)
    assert seen(life.ctx, "get_method", **where(path))["authorizationType"] == "NONE"
    assert_deleted(ask)


@pytest.mark.parametrize(
    ("argument", "value", "expected"),
    [
        ("apiKeyRequired", False, False),
        ("operationName", "Tell", "Tell"),
        ("operationName", None, ""),
        ("requestModels", {"application/json": "Error", "text/plain": "Empty"}, ...),
        ("requestModels", None, {}),
        ("requestParameters", {"method.request.header.X-Model": False}, ...),
        ("requestParameters", {"method.request.header.A/B": True}, ...),
        ("requestParameters", None, {}),
    ],
)
def test_an_argument_of_a_method_is_updated(
    life: Lives, ctx: Context, path: Life, argument: str, value: Any, expected: Any
) -> None:
    ask = method(life, path, **FULL_METHOD).update(**{argument: value})
    found = seen(ctx, "get_method", **where(path)).get(argument)
    assert (found or None) == ((value if expected is ... else expected) or None)
    assert isinstance(found, type(expected)) or expected in ("", {}, ...)
    assert ask.read() == ask.outputs


def test_the_validator_of_a_method_is_updated(life: Lives, ctx: Context, path: Life) -> None:
    client, api = ctx.client("apigateway"), path.inputs["restApi"]
    one, two = (
        client.create_request_validator(restApiId=api, name=name, validateRequestBody=True)["id"]
        for name in ("one", "two")
    )
    ask = method(life, path, requestValidatorId=one)
    assert_complete(ask)
    ask.update(requestValidatorId=two)
    assert seen(ctx, "get_method", **where(path))["requestValidatorId"] == two
    ask.update(requestValidatorId=None)
    assert not seen(ctx, "get_method", **where(path)).get("requestValidatorId")
    assert ask.read() == ask.outputs


FULL_INTEGRATION = {
    "type": "AWS",
    "cacheKeyParameters": ["method.request.querystring.q"],
    "cacheNamespace": "mine",
    "contentHandling": "CONVERT_TO_TEXT",
    "credentials": ROLE_ARN,
    "integrationHttpMethod": "POST",
    "passthroughBehavior": "NEVER",
    "requestParameters": {
        "integration.request.header.X-Key": "'1'",
        "integration.request.querystring.q": "method.request.querystring.q",
    },
    "requestTemplates": {"application/json": "{}", "text/plain": "$input.body"},
    "timeoutMilliseconds": 5000,
    "uri": URI,
}


def integration(life: Lives, path: Life, **more: Any) -> Life:
    method(life, path, requestParameters={"method.request.querystring.q": False})
    inputs = {"restApi": path.inputs["restApi"], "resourceId": path.id, "httpMethod": "POST"}
    return life(INTEGRATION, **inputs, **more)


def test_a_small_integration_has_all_outputs_and_can_be_deleted_twice(
    life: Lives, path: Life
) -> None:
    mock = integration(life, path, type="MOCK")
    assert_complete(mock)
    assert mock.id == f"agi-{path.inputs['restApi']}-{path.id}-POST"
    expected = {"connectionType": "INTERNET", "timeoutMilliseconds": 29000}
    expected |= {"passthroughBehavior": "WHEN_NO_MATCH", "cacheNamespace": path.id}
    assert {name: mock.outputs[name] for name in expected} == expected
    assert "integrationHttpMethod" not in mock.outputs
    assert_deleted(mock)


def test_an_integration_with_every_argument_reads_back_as_given(life: Lives, path: Life) -> None:
    proxy = integration(life, path, **FULL_INTEGRATION)
    assert_complete(proxy)
    api = path.inputs["restApi"]
    assert proxy.imported(f"{api}/{path.id}/POST") == (proxy.id, proxy.outputs)
    assert_deleted(proxy)


@pytest.mark.parametrize("mode", ["STREAM", "BUFFERED"])
def test_the_transfer_mode_of_an_integration_is_kept(life: Lives, path: Life, mode: str) -> None:
    stream = URI.replace("2015-03-31", "2021-11-15").replace(
        "invocations", "response-streaming-invocations"
    )
    uris = {"STREAM": stream, "BUFFERED": URI}  # AWS wants mode and address to agree
    proxy = integration(
        life,
        path,
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=uris[mode],
        credentials=ROLE_ARN,
        responseTransferMode=mode,
    )
    assert_complete(proxy)
    other = {"STREAM": "BUFFERED", "BUFFERED": "STREAM"}[mode]
    proxy.update(responseTransferMode=other, uri=uris[other])
    assert proxy.outputs["responseTransferMode"] == other


@pytest.mark.parametrize(
    ("argument", "value", "name"),
    [
        ("cacheKeyParameters", ["method.request.path.p/q"], "cacheKeyParameters"),
        ("cacheKeyParameters", None, "cacheKeyParameters"),
        ("cacheNamespace", "other", "cacheNamespace"),
        ("contentHandling", "CONVERT_TO_BINARY", "contentHandling"),
        ("contentHandling", None, "contentHandling"),
        ("requestParameters", {"integration.request.header.X-Key": "'2'"}, "requestParameters"),
        ("requestParameters", None, "requestParameters"),
        ("requestTemplates", {"application/json": "[]", "a/b~c": "x"}, "requestTemplates"),
        ("requestTemplates", None, "requestTemplates"),
        ("timeoutMilliseconds", 29000, "timeoutInMillis"),
        ("uri", URI.replace("function:f", "function:g"), "uri"),
    ],
)
def test_an_argument_of_an_integration_is_updated(
    life: Lives, ctx: Context, path: Life, argument: str, value: Any, name: str
) -> None:
    proxy = integration(life, path, **FULL_INTEGRATION).update(**{argument: value})
    assert (seen(ctx, "get_integration", **where(path)).get(name) or None) == (value or None)
    assert proxy.read() == proxy.outputs


def test_certificates_of_a_backend_may_go_unchecked(life: Lives, ctx: Context, path: Life) -> None:
    proxy = integration(
        life,
        path,
        type="HTTP_PROXY",
        integrationHttpMethod="GET",
        uri="https://example.com",
        tlsConfig={"insecureSkipVerification": True},
    )
    assert_complete(proxy)
    proxy.update(tlsConfig={"insecureSkipVerification": False})
    found = seen(ctx, "get_integration", **where(path))["tlsConfig"]
    assert found["insecureSkipVerification"] is False


def test_an_integration_of_nothing_is_refused_in_the_official_words(ctx: Context) -> None:
    inputs = {"restApi": "nope", "resourceId": "nope", "httpMethod": "ANY", "type": "MOCK"}
    expected = (
        r"^creating API Gateway Integration: operation error API Gateway: PutIntegration, "
        r"https response error StatusCode: 404, RequestID: .*, "
        r"NotFoundException: Invalid .* identifier specified"
    )
    with pytest.raises(AwsError, match=expected):
        kind(INTEGRATION).create(ctx, inputs)


def test_an_import_id_of_the_wrong_form_says_the_right_one() -> None:
    for token in (METHOD, INTEGRATION):
        with pytest.raises(CallError, match="expected REST-API-ID/RESOURCE-ID/HTTP-METHOD"):
            kind(token).imported("abc/def")
    with pytest.raises(CallError, match="expected REST-API-ID/RESOURCE-ID"):
        kind(RESOURCE).imported("abc")


# Deployments and stages


@pytest.fixture
def ready(life: Lives, path: Life) -> Life:
    """A path whose method has an integration: an API that can be deployed."""
    integration(life, path, type="MOCK")
    return path


def deployment(life: Lives, ready: Life, **more: Any) -> Life:
    return life(DEPLOYMENT, restApi=ready.inputs["restApi"], **more)


def test_a_deployment_lives(life: Lives, ctx: Context, ready: Life) -> None:
    frozen = deployment(life, ready, description="first", triggers={"digest": "a"})
    assert_complete(frozen)
    api = ready.inputs["restApi"]
    id, outputs = frozen.imported(f"{api}/{frozen.id}")
    assert (id, {**outputs, "triggers": {"digest": "a"}}) == (frozen.id, frozen.outputs)
    for text in ("second", None):
        frozen.update(description=text)
        found = seen(ctx, "get_deployment", restApiId=api, deploymentId=frozen.id)
        assert found.get("description", "") == (text or "")
    assert frozen.outputs["triggers"] == {"digest": "a"}
    assert_deleted(frozen)


def test_a_deployment_with_every_argument_reads_back_as_given(life: Lives, ready: Life) -> None:
    assert_complete(
        deployment(
            life, ready, description="d", triggers={"digest": "a"}, variables={"model": "small"}
        )
    )


def full_stage(frozen: Life, **more: Any) -> dict[str, Any]:
    return {
        "restApi": frozen.inputs["restApi"],
        "deployment": frozen.id,
        "stageName": "v1",
        "cacheClusterEnabled": True,
        "cacheClusterSize": "0.5",
        "description": "the first",
        "documentationVersion": "1",
        "tags": {"team": "llm"},
        "variables": {"model": "small", "region": "us"},
        "xrayTracingEnabled": True,
        **more,
    }


def small_stage(frozen: Life) -> dict[str, Any]:
    api = frozen.inputs["restApi"]
    return {"restApi": api, "deployment": frozen.id, "stageName": "v1"}


def test_a_small_stage_has_all_outputs_and_can_be_deleted_twice(life: Lives, ready: Life) -> None:
    stage = life(STAGE, **small_stage(deployment(life, ready)))
    assert_complete(stage)
    api = stage.inputs["restApi"]
    expected = {
        "arn": f"arn:aws:apigateway:us-east-1::/restapis/{api}/stages/v1",
        "executionArn": f"arn:aws:execute-api:us-east-1:000000000000:{api}/v1",
        "invokeUrl": f"{life.ctx.endpoint}/_aws/execute-api/{api}/v1",
        "webAclArn": "",
    }
    assert stage.id == f"ags-{api}-v1"
    assert {name: stage.outputs[name] for name in expected} == expected
    assert "accessLogSettings" not in stage.outputs
    assert_deleted(stage)


def test_a_stage_with_every_argument_reads_back_as_given(life: Lives, ready: Life) -> None:
    stage = life(STAGE, **full_stage(deployment(life, ready)))
    assert_complete(stage)
    api = stage.inputs["restApi"]
    assert stage.imported(f"{api}/v1") == (stage.id, stage.outputs)
    assert_deleted(stage)


@pytest.mark.parametrize(
    ("argument", "value", "name"),
    [
        ("cacheClusterEnabled", False, "cacheClusterEnabled"),
        ("cacheClusterSize", "1.6", "cacheClusterSize"),
        ("description", "another", "description"),
        ("description", None, "description"),
        ("documentationVersion", "2", "documentationVersion"),
        ("tags", {"team": "x", "new": "1"}, "tags"),
        ("tags", None, "tags"),
        ("variables", {"model": "large", "new_1": "a b"}, "variables"),
        ("variables", None, "variables"),
        ("xrayTracingEnabled", False, "tracingEnabled"),
    ],
)
def test_an_argument_of_a_stage_is_updated(
    life: Lives, ctx: Context, ready: Life, argument: str, value: Any, name: str
) -> None:
    stage = life(STAGE, **full_stage(deployment(life, ready))).update(**{argument: value})
    found = seen(ctx, "get_stage", restApiId=stage.inputs["restApi"], stageName="v1")
    assert (found.get(name) or None) == (value or None)
    assert stage.read() == stage.outputs


def test_a_stage_is_pointed_at_another_deployment(life: Lives, ctx: Context, ready: Life) -> None:
    first, second = deployment(life, ready), deployment(life, ready)
    stage = life(STAGE, **small_stage(first)).update(deployment=second.id)
    found = seen(ctx, "get_stage", restApiId=stage.inputs["restApi"], stageName="v1")
    assert found["deploymentId"] == second.id == stage.outputs["deployment"]
    assert_deleted(first)


def test_access_logs_are_turned_on_changed_and_off(life: Lives, ctx: Context, ready: Life) -> None:
    stage = life(STAGE, **small_stage(deployment(life, ready)))
    asked: list[list[dict[str, str]]] = []
    real = ctx.client("apigateway").update_stage

    def update_stage(patchOperations: list[dict[str, str]], **request: Any) -> Any:
        asked.append(patchOperations)
        return real(patchOperations=patchOperations, **request)

    _give_the_account_a_logging_role(life)
    stage.ctx = Wrapped(ctx, "apigateway", update_stage=update_stage)
    stage.update(accessLogSettings={"destinationArn": f"{LOG_ARN}:*", "format": "$context.status"})
    assert asked[-1] == [
        {"op": "replace", "path": "/accessLogSettings/destinationArn", "value": LOG_ARN},
        {"op": "replace", "path": "/accessLogSettings/format", "value": "$context.status"},
    ]
    assert stage.outputs["accessLogSettings"]["destinationArn"] == f"{LOG_ARN}:*"
    assert stage.read() == stage.outputs
    stage.update(accessLogSettings=None)
    assert asked[-1] == [{"op": "remove", "path": "/accessLogSettings"}]
    assert "accessLogSettings" not in stage.outputs


def _give_the_account_a_logging_role(life: Lives) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "apigateway.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    role = life(
        "aws:iam/role:Role",
        name=life.name("logging"),
        assumeRolePolicy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        managedPolicyArns=[
            "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
        ],
    )
    arn = {"op": "replace", "path": "/cloudwatchRoleArn", "value": role.outputs["arn"]}
    life.ctx.client("apigateway").update_account(patchOperations=[arn])


def test_a_stage_with_access_logs_is_made_by_two_calls_or_not_at_all(
    life: Lives, ctx: Context, ready: Life
) -> None:
    def refuse(**request: Any) -> None:
        from botocore.exceptions import ClientError

        refusal = {"Code": "BadRequestException", "Message": "CloudWatch Logs role ARN must be set"}
        raise ClientError({"Error": refusal}, "UpdateStage")

    inputs = small_stage(deployment(life, ready))
    logs = {"destinationArn": LOG_ARN, "format": "$context.requestId"}
    refusing = Wrapped(ctx, "apigateway", update_stage=refuse)
    with pytest.raises(AwsError, match=r"^creating API Gateway Stage \(v1\): .*role ARN must be"):
        created(STAGE, refusing, {**inputs, "accessLogSettings": logs})
    assert kind(STAGE).read(ctx, "", inputs) is None
    _give_the_account_a_logging_role(life)
    assert_complete(life(STAGE, **inputs, accessLogSettings=logs))


def test_a_canary_is_set_changed_and_taken_away(life: Lives, ctx: Context, ready: Life) -> None:
    first, second = deployment(life, ready), deployment(life, ready)
    canary = {
        "deploymentId": second.id,
        "percentTraffic": 12.5,
        "stageVariableOverrides": {"model": "large"},
        "useStageCache": False,
    }
    stage = life(STAGE, **full_stage(first, canarySettings=canary))
    assert_complete(stage)
    changed = {**canary, "percentTraffic": 50.0, "stageVariableOverrides": {"other": "x"}}
    stage.update(canarySettings={**changed, "useStageCache": True})
    found = seen(ctx, "get_stage", restApiId=stage.inputs["restApi"], stageName="v1")
    assert found["canarySettings"] == {**changed, "useStageCache": True}
    stage.update(canarySettings=None)
    found = seen(ctx, "get_stage", restApiId=stage.inputs["restApi"], stageName="v1")
    assert "canarySettings" not in found and "canarySettings" not in stage.outputs


def test_a_stage_of_no_api_is_refused_in_the_official_words(ctx: Context) -> None:
    doing = "creating API Gateway Stage (v1): operation error API Gateway: CreateStage"
    assert_refused(
        ctx,
        STAGE,
        {"restApi": "nope", "deployment": "x", "stageName": "v1"},
        doing,
        404,
        "NotFoundException: Invalid API identifier specified",
    )


def test_many_paths_are_made_at_once(ctx: Context, api: Life) -> None:
    def make(number: int) -> str:
        inputs = {
            "restApi": api.id,
            "parentId": api.outputs["rootResourceId"],
            "pathPart": f"p{number}",
        }
        return str(kind(RESOURCE).create(ctx, inputs).outputs["path"])

    with ThreadPoolExecutor(30) as threads:
        assert sorted(threads.map(make, range(30))) == sorted(f"/p{n}" for n in range(30))
