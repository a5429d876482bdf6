"""What AWS's control plane refuses is refused with its code, its status and its words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.server.shapes import archive, document

CODE = {"ZipFile": archive("def handler(event, context):\n    return {}\n")}
BAD, GONE, TAKEN, FORM = (
    ("BadRequestException", 400),
    ("NotFoundException", 404),
    ("ConflictException", 409),
    ("ValidationException", 400),
)


def refused(kind: tuple[str, int], message: str, call: Any, **arguments: Any) -> None:
    """A call is refused with this code and status, and this whole message."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    answer = caught.value.response
    found = (answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"])
    assert (found, answer["Error"]["Message"]) == (kind, message)


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
    refused(
        BAD, unknown, gateway.update_stage, **stage, patchOperations=change("/deploymentId", "x")
    )


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


# Lambda and IAM


def function(account, **given: Any) -> dict[str, Any]:
    """The arguments of a function that could be made."""
    return {
        "FunctionName": "refused",
        "Runtime": "python3.12",
        "Handler": "h.handler",
        "Code": CODE,
        **given,
    }


def test_roles_that_lambda_cannot_assume(account):
    kind = ("InvalidParameterValueException", 400)
    message = "The role defined for the function cannot be assumed by Lambda."
    create = account.functions.create_function
    for role in (account.role("apigateway.amazonaws.com"), "arn:aws:iam::000000000000:role/nobody"):
        refused(kind, message, create, **function(account, Role=role))
    with pytest.raises(ClientError, match="Value 'r1' at 'role' failed to satisfy constraint"):
        create(**function(account, Role="r1"))


@pytest.mark.parametrize(
    ("runtime", "says"),
    [
        ("python3.7", r"The runtime parameter of python3\.7 is no longer supported"),
        ("snake", "Value snake at 'runtime' failed to satisfy constraint: .* or be a valid ARN"),
    ],
)
def test_runtimes_that_there_are_not(account, runtime, says):
    given = function(account, Runtime=runtime, Role=account.role("lambda.amazonaws.com"))
    with pytest.raises(ClientError, match=f"InvalidParameterValueException.*{says}"):
        account.functions.create_function(**given)


def test_permissions(account):
    name = account.function("def handler(event, context):\n    return {}\n").rpartition(":")[2]
    statement = {
        "FunctionName": name,
        "StatementId": "s1",
        "Action": "lambda:InvokeFunction",
        "Principal": "apigateway.amazonaws.com",
    }
    account.functions.add_permission(**statement)
    twice = (
        "The statement id (s1) provided already exists. Please provide a new statement id, or "
        "remove the existing statement."
    )
    conflict = ("ResourceConflictException", 409)
    refused(conflict, twice, account.functions.add_permission, **statement)
    gone, remove = ("ResourceNotFoundException", 404), account.functions.remove_permission
    unknown = "Statement s2 is not found in resource policy."
    refused(gone, unknown, remove, FunctionName=name, StatementId="s2")


def test_a_function_that_nobody_may_invoke_has_no_policy(account):
    functions = account.functions
    name = account.function("def handler(event, context):\n    return {}\n").rpartition(":")[2]
    version = {
        "FunctionName": name,
        "Qualifier": functions.publish_version(FunctionName=name)["Version"],
    }
    gone, says = ("ResourceNotFoundException", 404), "The resource you requested does not exist."
    refused(gone, says, functions.get_policy, FunctionName=name)
    refused(gone, says, functions.get_policy, **version)
    functions.add_permission(
        **version,
        StatementId="s1",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
    )
    assert json.loads(functions.get_policy(**version)["Policy"])["Statement"]
    refused(gone, says, functions.get_policy, FunctionName=name)


@pytest.mark.parametrize("text", ["{", "[]", "none"])
def test_who_may_assume_a_role_is_told_in_json(account, text):
    malformed, says = ("MalformedPolicyDocument", 400), "This policy contains invalid Json"
    create, update = account.iam.create_role, account.iam.update_assume_role_policy
    refused(malformed, says, create, RoleName="never", AssumeRolePolicyDocument=text)
    name = account.role("lambda.amazonaws.com").rpartition("/")[2]
    refused(malformed, says, update, RoleName=name, PolicyDocument=text)


def test_a_dashboard_is_a_json_object(account):
    put = account.client("cloudwatch").put_dashboard
    says = "The field DashboardBody must be a valid JSON object"
    refused(("InvalidParameterInput", 400), says, put, DashboardName="a", DashboardBody="{")


def test_one_change_of_a_function_at_a_time(account):
    arn = account.function("def handler(event, context):\n    return {}\n")
    name, functions = arn.rpartition(":")[2], account.functions
    functions.get_waiter("function_active_v2").wait(
        FunctionName=name, WaiterConfig={"Delay": 0.02, "MaxAttempts": 100}
    )
    refusals: list[str] = []
    for number in range(300):
        try:
            functions.update_function_configuration(FunctionName=name, Timeout=number + 1)
        except functions.exceptions.ResourceConflictException as error:
            refusals.append(error.response["Error"]["Message"])
            break
    says = "The operation cannot be performed at this time. An update is in progress for resource: "
    assert refusals == [says + arn]


def test_a_role_with_policies_stays(account):
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    name = account.role("lambda.amazonaws.com", everything).rpartition("/")[2]
    conflict, delete = ("DeleteConflict", 409), account.iam.delete_role
    inline = "Cannot delete entity, must delete policies first."
    refused(conflict, inline, delete, RoleName=name)
    account.iam.delete_role_policy(RoleName=name, PolicyName="inline")
    policy = account.iam.create_policy(PolicyName="kept", PolicyDocument=document(everything))
    arn = policy["Policy"]["Arn"]
    account.iam.attach_role_policy(RoleName=name, PolicyArn=arn)
    attached = "Cannot delete entity, must detach all policies first."
    refused(conflict, attached, delete, RoleName=name)
    account.iam.detach_role_policy(RoleName=name, PolicyArn=arn)
    delete(RoleName=name)


def test_names_and_sizes_by_the_services_models(account):
    with pytest.raises(ClientError, match="ValidationError.*Value 'a b' at 'roleName' failed"):
        account.iam.delete_role(RoleName="a b")
    with pytest.raises(
        ClientError, match="InvalidParameterException.*Value 'a b' at 'logGroupName'"
    ):
        account.client("logs").create_log_group(logGroupName="a b")
    says = "2 validation errors detected: Value 'Middle' at 'statistic' failed"
    with pytest.raises(ClientError, match=f"ValidationError.*{says}"):
        account.client("cloudwatch").put_metric_alarm(
            AlarmName="x", ComparisonOperator="Above", EvaluationPeriods=1, Statistic="Middle"
        )
