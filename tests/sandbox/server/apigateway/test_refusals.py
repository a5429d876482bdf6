"""What API Gateway refuses is refused with its code, its status and its words."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.server.refusing import refused

BAD, GONE, TAKEN, FORM = (
    ("BadRequestException", 400),
    ("NotFoundException", 404),
    ("ConflictException", 409),
    ("ValidationException", 400),
)


def change(path: str, value: str | None = None, op: str = "replace") -> list[dict[str, str]]:
    """One patch operation."""
    return [{"op": op, "path": path, **({} if value is None else {"value": value})}]


@pytest.fixture(scope="module")
def api(account):
    """An API with a stage."""
    api = account.api()
    api.mock("one")
    api.deploy("v1")
    return api


@pytest.fixture
def no_role(account):
    """An account without a role for API Gateway's logs, while a test runs."""
    role = account.gateway.get_account().get("cloudwatchRoleArn", "")
    account.gateway.update_account(patchOperations=change("/cloudwatchRoleArn", ""))
    yield
    if role:
        account.gateway.update_account(patchOperations=change("/cloudwatchRoleArn", role))


# APIs, resources, methods


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"name": " "}, "Name cannot be empty"),
        ({"description": ""}, "Description cannot be an empty string"),
        (
            {"minimumCompressionSize": 10485761},
            "Invalid minimum compression size, must be between 0 and 10485760",
        ),
        (
            {"policy": "{"},
            (
                "Invalid policy document. Please check the policy syntax and ensure that "
                "Principals are valid."
            ),
        ),
        (
            {"endpointConfiguration": {"types": ["EDGE", "REGIONAL"]}},
            "Cannot create an api with multiple Endpoint Types.",
        ),
    ],
)
def test_an_api_that_cannot_be(account, given, message):
    refused(BAD, message, account.gateway.create_rest_api, **{"name": "x", **given})


def test_what_there_is_not(account, api):
    gateway = account.gateway
    no_api = "Invalid API identifier specified 000000000000:nothing"
    refused(GONE, no_api, gateway.get_rest_api, restApiId="nothing")
    refused(GONE, no_api, gateway.create_deployment, restApiId="nothing")
    where = {"restApiId": api.id}
    stage = "Invalid stage identifier specified"
    refused(GONE, stage, gateway.get_stage, **where, stageName="x")
    refused(GONE, "Invalid Usage Plan ID specified", gateway.get_usage_plan, usagePlanId="x")
    model = "Invalid model name specified: X"
    refused(GONE, model, gateway.get_model, **where, modelName="X")
    place = {**where, "resourceId": api.root, "httpMethod": "PUT"}
    refused(GONE, "Invalid Method identifier specified", gateway.delete_method, **place)


@pytest.mark.parametrize("part", ["a/b", "a b", "{a", "a{b}", "{}", "?"])
def test_a_part_of_a_path_that_cannot_be(api, part):
    message = (
        "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly "
        "braces at the beginning and the end."
    )
    refused(BAD, message, api.path, part=part)


def test_resources_that_do_not_fit(account):
    api = account.api()
    pets, greedy = api.path("pets"), api.path("{proxy+}")
    name = "Another resource with the same parent already has this name: pets"
    refused(TAKEN, name, api.path, part="pets")
    child = "Cannot create a child of a resource with a greedy path variable: {proxy+}"
    refused(BAD, child, api.path, part="x", parent=greedy)
    sibling = (
        "A sibling ({proxy+}) of this resource already has a variable path part -- only one is "
        "allowed"
    )
    refused(BAD, sibling, api.path, part="{id}")
    update = account.gateway.update_resource
    root, mine = {"restApiId": api.id, "resourceId": api.root}, api.path("mine", pets)
    cannot = "Root resource cannot update its pathPart."
    refused(BAD, cannot, update, **root, patchOperations=change("/pathPart", "x"))
    moved = {"restApiId": api.id, "resourceId": pets}
    cycle = "Resources cannot be cyclical."
    refused(BAD, cycle, update, **moved, patchOperations=change("/parentId", mine))
    path = "Invalid patch path  '/id' specified for op 'replace'. Must be one of: [/parentId, /pathPart]"
    refused(BAD, path, update, **moved, patchOperations=change("/id", "x"))
    verb = (
        "Invalid patch path  '/pathPart' specified for op 'add'. Please choose supported operations"
    )
    refused(BAD, verb, update, **moved, patchOperations=change("/pathPart", "x", "add"))
    assert account.gateway.get_resource(**moved)["path"] == "/pets"


def test_methods_that_name_what_there_is_not(account, api):
    put = account.gateway.put_method
    place = {"restApiId": api.id, "resourceId": api.root, "httpMethod": "POST"}
    none = {**place, "authorizationType": "NONE"}
    exists = "Method already exists for this resource"
    refused(TAKEN, exists, put, **{**none, "httpMethod": "GET"})
    verbs = (
        "Invalid HttpMethod specified. Valid options are GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,ANY"
    )
    refused(BAD, verbs, put, **{**none, "httpMethod": "FETCH"})
    authorizer = (
        "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or "
        "COGNITO_USER_POOLS requires a valid authorizer."
    )
    refused(BAD, authorizer, put, **place, authorizationType="CUSTOM", authorizerId="x")
    refused(BAD, authorizer, put, **place, authorizationType="COGNITO_USER_POOLS")
    validator = "Invalid Request Validator identifier specified"
    refused(BAD, validator, put, **none, requestValidatorId="x")
    model = "Invalid model identifier specified: X"
    refused(BAD, model, put, **none, requestModels={"application/json": "X"})
    update, got = account.gateway.update_method, {**place, "httpMethod": "GET"}
    refused(BAD, validator, update, **got, patchOperations=change("/requestValidatorId", "x"))
    changed = change("/requestModels/application~1json", "X", "add")
    refused(BAD, model, update, **got, patchOperations=changed)
    refused(
        BAD,
        "Invalid patch path /httpMethod",
        update,
        **got,
        patchOperations=change("/httpMethod", "PUT"),
    )
    assert "requestModels" not in account.gateway.get_method(**got)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"type": "HTTP", "uri": "http://x"}, "Enumeration value for HttpMethod must be non-empty"),
        (
            {"type": "HTTP_PROXY", "uri": "nowhere", "integrationHttpMethod": "GET"},
            "Invalid HTTP endpoint specified for URI",
        ),
        (
            {"type": "AWS", "uri": "nowhere", "integrationHttpMethod": "POST"},
            "Invalid ARN specified in the request",
        ),
        (
            {
                "type": "AWS_PROXY",
                "uri": "arn:aws:apigateway:us-east-1:sqs:path/0/q",
                "integrationHttpMethod": "POST",
            },
            (
                "Integrations of type 'AWS_PROXY' currently only supports Lambda function and "
                "Firehose stream invocations."
            ),
        ),
        (
            {"type": "MOCK", "timeoutInMillis": 29001},
            "Timeout should be between 50 ms and 29000 ms",
        ),
    ],
)
def test_integrations_that_lead_nowhere(account, api, given, message):
    place = {"restApiId": api.id, "resourceId": api.root, "httpMethod": "GET"}
    refused(BAD, message, account.gateway.put_integration, **place, **given)


# Deployments and stages


def test_deployments(account):
    api, gateway = account.api(), account.gateway
    create = {"call": gateway.create_deployment, "restApiId": api.id}
    refused(BAD, "The REST API doesn't contain any methods", **create)
    place = api.method()
    refused(BAD, "No integration defined for method", **create)
    gateway.put_integration(**place, type="MOCK")
    deployment = api.deploy("v1")
    used = "Active stages pointing to this deployment must be moved or deleted"
    refused(BAD, used, gateway.delete_deployment, restApiId=api.id, deploymentId=deployment)
    stage = {"restApiId": api.id, "stageName": "v1"}
    refused(TAKEN, "Stage already exists", gateway.create_stage, **stage, deploymentId=deployment)
    unknown = "Deployment id does not exist"
    refused(BAD, unknown, gateway.create_stage, restApiId=api.id, stageName="v2", deploymentId="x")
    for path in ("/deploymentId", "/canarySettings/deploymentId"):
        moved = change(path, "x")
        refused(BAD, unknown, gateway.update_stage, **stage, patchOperations=moved)
    canary = {"deploymentId": "x", "percentTraffic": 10}
    second = {"restApiId": api.id, "stageName": "v2", "deploymentId": deployment}
    refused(BAD, unknown, gateway.create_stage, **second, canarySettings=canary)


def test_logging_without_the_accounts_role(account, api, no_role):
    update = account.gateway.update_stage
    stage = {"restApiId": api.id, "stageName": "v1"}
    message = "CloudWatch Logs role ARN must be set in account settings to enable logging"
    log = "arn:aws:logs:us-east-1:000000000000:log-group:x"
    access = change("/accessLogSettings/destinationArn", log)
    refused(BAD, message, update, **stage, patchOperations=access)
    level = change("/*/*/logging/loglevel", "INFO")
    refused(BAD, message, update, **stage, patchOperations=level)
    update(**stage, patchOperations=change("/*/*/logging/loglevel", "OFF"))
    seen = account.gateway.get_stage(**stage)
    assert "accessLogSettings" not in seen
    assert seen["methodSettings"]["*/*"]["loggingLevel"] == "OFF"


def test_a_stage_has_only_the_places_it_has(account, api):
    update = account.gateway.update_stage
    stage = {"restApiId": api.id, "stageName": "v1"}
    places = (
        "Invalid accessLogSettings path. Must be one of : [/accessLogSettings/destinationArn, "
        "/accessLogSettings/format]"
    )
    refused(BAD, places, update, **stage, patchOperations=change("/accessLogSettings/x", "x"))
    empty = "Access Log value must not be empty"
    refused(BAD, empty, update, **stage, patchOperations=change("/accessLogSettings/format", ""))
    nothing = (
        "Cannot remove method setting a/GET because there is no method setting for this method "
    )
    refused(BAD, nothing, update, **stage, patchOperations=change("/a/GET", op="remove"))
    with pytest.raises(ClientError, match=r"Invalid method setting path: /tags/a\. Must be one"):
        update(**stage, patchOperations=change("/tags/a", "x"))


def test_the_accounts_role_must_trust_api_gateway(account):
    message = (
        "The role ARN does not have required permissions configured. Please grant trust permission "
        "for API Gateway and add the required role policy."
    )
    update = account.gateway.update_account
    for role in (account.role("lambda.amazonaws.com"), "arn:aws:iam::000000000000:role/nobody"):
        refused(BAD, message, update, patchOperations=change("/cloudwatchRoleArn", role))


# Keys and plans


def test_keys(account):
    create = account.gateway.create_api_key
    short, long = (
        "API Key value should be at least 20 characters",
        ("API Key value exceeds maximum size of 128 characters"),
    )
    refused(BAD, short, create, name="k", value="v" * 19)
    refused(BAD, long, create, name="k", value="v" * 129)
    name = "Invalid API Key name, can be at most 1024 characters."
    refused(BAD, name, create, name="n" * 1025)
    made = create(name="k", value="taken-" * 4)
    assert made["enabled"] is False and made["value"] == "taken-" * 4
    refused(TAKEN, "API Key already exists", create, name="k", value="taken-" * 4)
    update = account.gateway.update_api_key
    path = (
        "Invalid patch path  '/value' specified for op 'replace'. Must be one of: [/description, "
        "/enabled, /name, /customerId]"
    )
    refused(BAD, path, update, apiKey=made["id"], patchOperations=change("/value", "x" * 20))
    changed = update(apiKey=made["id"], patchOperations=change("/enabled", "true"))
    assert changed["enabled"] is True and "value" not in changed
    assert "value" not in account.gateway.get_api_key(apiKey=made["id"])


def test_plans(account, api):
    gateway = account.gateway
    plan = gateway.create_usage_plan(name="p", apiStages=[{"apiId": api.id, "stage": "v1"}])["id"]
    used = f"Cannot delete Usage Plan {plan} because there are API Stages associated with it"
    refused(BAD, used, gateway.delete_usage_plan, usagePlanId=plan)
    update = gateway.update_usage_plan
    stage = f"Invalid API Stage {{api: {api.id}, stage: v9}} specified for usageplan {plan}"
    add = change("/apiStages", f"{api.id}:v9", "add")
    refused(GONE, stage, update, usagePlanId=plan, patchOperations=add)
    nonsense = change("/apiStages", "v9", "add")
    refused(BAD, "Invalid API Stage specified", update, usagePlanId=plan, patchOperations=nonsense)
    day = "Usage Plan quota offset must be zero in the DAY period"
    quota = {"limit": 5, "offset": 1, "period": "DAY"}
    refused(BAD, day, gateway.create_usage_plan, name="q", quota=quota)
    key = {"usagePlanId": plan, "keyId": "x", "keyType": "API_KEY"}
    unknown = "Invalid API Key identifier specified"
    refused(GONE, unknown, gateway.create_usage_plan_key, **key)


# Models, authorizers, gateway responses


def test_what_is_used_stays(account):
    api, gateway = account.api(), account.gateway
    where = {"restApiId": api.id}
    model = {"contentType": "application/json", "schema": "{}", "name": "One"}
    gateway.create_model(**where, **model)
    taken = "Model name already exists for this REST API"
    refused(TAKEN, taken, gateway.create_model, **where, **model)
    function = "arn:aws:lambda:us-east-1:000000000000:function:f"
    uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{function}/invocations"
    authorizer = gateway.create_authorizer(
        **where,
        name="door",
        type="TOKEN",
        authorizerUri=uri,
        identitySource="method.request.header.A",
    )["id"]
    place = {**where, "resourceId": api.path("expenses"), "httpMethod": "POST"}
    gateway.put_method(
        **place,
        authorizationType="CUSTOM",
        authorizerId=authorizer,
        requestModels={"application/json": "One"},
    )
    used = "Cannot delete model 'One', is referenced in method request: /expenses/POST"
    refused(TAKEN, used, gateway.delete_model, **where, modelName="One")
    used = "Cannot delete authorizer 'door', is referenced in method: POST//expenses"
    refused(TAKEN, used, gateway.delete_authorizer, **where, authorizerId=authorizer)
    gateway.delete_method(**place)
    gateway.delete_model(**where, modelName="One")
    gateway.delete_authorizer(**where, authorizerId=authorizer)


def test_a_gateway_response_that_nobody_set_cannot_go(account, api):
    message = "Gateway response type not defined on api"
    gone = {"restApiId": api.id, "responseType": "THROTTLED"}
    refused(GONE, message, account.gateway.delete_gateway_response, **gone)
    with pytest.raises(ClientError, match=r"Value 'X' at 'responseType' failed .* enum value set"):
        account.gateway.delete_gateway_response(restApiId=api.id, responseType="X")


def test_a_word_that_is_none_of_those(account, api):
    message = (
        "1 validation error detected: Value 'X' at 'updateRestApiInput.patchOperations.1.member.op' "
        "failed to satisfy constraint: Member must satisfy enum value set: "
        "[add, remove, replace, move, copy, test]"
    )
    update = account.gateway.update_rest_api
    refused(FORM, message, update, restApiId=api.id, patchOperations=change("/name", "x", "X"))
