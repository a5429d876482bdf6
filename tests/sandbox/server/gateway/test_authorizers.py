"""Who may call, as a function says, alone and together with the API's policy."""

import json

import pytest

from sandbox.server.base.errors import GatewayError
from sandbox.server.gateway.authorizers import grant
from tests.sandbox.server.gateway.guarded import (
    SILENT,
    UNAUTHORIZED,
    asked,
    guarded,
    statement,
    with_policy,
)

NULL = '{"message":null}'
NOT_AUTHORIZED = "User is not authorized to access this resource"
DENIED = NOT_AUTHORIZED + " with an explicit deny in an identity-based policy"


@pytest.fixture(scope="module")
def tokens(account, functions):
    """An API with a TOKEN authorizer that is asked each time."""
    return guarded(account, functions, identityValidationExpression="[a-z 0-9]+")[0]


def test_a_token_authorizer_gets_type_arn_and_token(tokens):
    answer = asked(tokens, "good", "/?x=1")
    context = answer.json()["requestContext"]["authorizer"]
    assert json.loads(context["event"]) == {
        "type": "TOKEN",
        "methodArn": f"{tokens.arn}/v1/GET/",
        "authorizationToken": "good",
    }
    assert (context["principalId"], context["yes"]) == ("me", "true")
    assert isinstance(context["calls"], str) and isinstance(context["integrationLatency"], int)
    assert context["none"] is None


POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow"}]}


def test_a_context_is_text_and_null_and_nothing_deeper():
    answered = {
        "text": "1",
        "empty": "",
        "whole": 123,
        "big": 12345678901234567890,
        "fraction": 1.5,
        "yes": True,
        "no": False,
        "none": None,
    }
    assert grant({"policyDocument": POLICY, "context": answered}).context == {
        "text": "1",
        "empty": "",
        "whole": "123",
        "big": "12345678901234567890",
        "fraction": "1.5",
        "yes": "true",
        "no": "false",
        "none": None,
    }
    assert grant({"policyDocument": POLICY, "context": None}).context == {}
    for deeper in ({"a": {}}, {"a": []}, {"a": [1]}, [1], "text"):
        with pytest.raises(GatewayError) as refused:
            grant({"policyDocument": POLICY, "context": deeper})
        assert (refused.value.kind, refused.value.message) == (
            "AUTHORIZER_CONFIGURATION_ERROR",
            None,
        )


@pytest.mark.parametrize(
    ("token", "status", "body", "error"),
    [
        ("", 401, UNAUTHORIZED, "UnauthorizedException"),
        ("UPPER", 401, UNAUTHORIZED, "UnauthorizedException"),
        ("unauthorized", 401, UNAUTHORIZED, "UnauthorizedException"),
        ("deny", 403, json.dumps({"Message": DENIED}), "AccessDeniedException"),
        ("other", 403, json.dumps({"Message": NOT_AUTHORIZED}), "AccessDeniedException"),
        ("wrong action", 403, json.dumps({"Message": NOT_AUTHORIZED}), "AccessDeniedException"),
        ("condition", 403, json.dumps({"Message": NOT_AUTHORIZED}), "AccessDeniedException"),
        ("raise", 500, NULL, "AuthorizerConfigurationException"),
        ("text", 500, NULL, "AuthorizerConfigurationException"),
        ("no policy", 500, NULL, "AuthorizerConfigurationException"),
        ("nested", 500, NULL, "AuthorizerConfigurationException"),
    ],
)
def test_what_a_lambda_authorizer_can_answer(tokens, token, status, body, error):
    answer = asked(tokens, token)
    assert (answer.status_code, answer.text) == (status, body.replace('": "', '":"'))
    assert answer.headers["x-amzn-ErrorType"] == error
    assert answer.headers["x-amzn-RequestId"] and answer.headers["x-amz-apigw-id"]


def test_the_gateway_needs_the_permission_to_ask(account, functions):
    api, authorizer = guarded(account, functions, permitted=False)
    refused = asked(api, "good")
    assert (refused.status_code, refused.text) == (500, NULL)
    api.may_invoke(functions[0], "/v1/*")
    assert asked(api, "good").status_code == 500
    api.may_invoke(functions[0], f"/authorizers/{authorizer}")
    assert asked(api, "good").status_code == 200


def test_a_role_may_ask_for_the_gateway(account, functions):
    invoke = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": functions[0]}
    role = account.role("apigateway.amazonaws.com", invoke)
    api, _ = guarded(account, functions, permitted=False, authorizerCredentials=role)
    assert asked(api, "good").status_code == 200


def test_a_cached_policy_judges_other_methods(account, functions):
    api, _ = guarded(account, functions, authorizerResultTtlInSeconds=300)
    first = asked(api, "good").json()["requestContext"]["authorizer"]["calls"]
    assert asked(api, "good").json()["requestContext"]["authorizer"]["calls"] == first
    other = asked(api, "good", "/other")
    assert (other.status_code, other.json()) == (403, {"Message": NOT_AUTHORIZED})
    assert asked(api, "all", "/other").status_code == asked(api, "all").status_code == 200


def test_a_stage_forgets_its_cached_policies_when_told(account, functions):
    api, _ = guarded(account, functions, authorizerResultTtlInSeconds=300)
    first = asked(api, "good").json()["requestContext"]["authorizer"]["calls"]
    account.gateway.flush_stage_authorizers_cache(restApiId=api.id, stageName="v1")
    assert asked(api, "good").json()["requestContext"]["authorizer"]["calls"] != first
    account.gateway.flush_stage_cache(restApiId=api.id, stageName="v1")
    with pytest.raises(account.gateway.exceptions.NotFoundException):
        account.gateway.flush_stage_authorizers_cache(restApiId=api.id, stageName="v9")


def test_a_request_authorizer_gets_the_proxy_event_without_the_body(account, functions):
    source = "method.request.header.x-token,method.request.querystring.q"
    api, _ = guarded(account, functions, type="REQUEST", identitySource=source)
    answer = api.call("/?q=1", "POST", headers={"x-token": "good"}, data="a prompt")
    event = answer.json()
    seen = json.loads(event["requestContext"]["authorizer"].pop("event"))
    assert (seen.pop("type"), seen.pop("methodArn")) == ("REQUEST", f"{api.arn}/v1/POST/")
    assert set(seen) == set(event) - {"body", "isBase64Encoded"}
    del event["requestContext"]["authorizer"]
    assert seen == {key: event[key] for key in seen}
    for missing in (
        api.call("/", headers={"x-token": "good"}),
        api.call("/?q=1"),
        api.call("/?q=", headers={"x-token": "good"}),
    ):
        assert (missing.status_code, missing.text) == (401, UNAUTHORIZED)


def test_a_customised_refusal_of_an_authorizer_says_what_it_says(account, functions):
    api, _ = guarded(account, functions)
    account.gateway.put_gateway_response(
        restApiId=api.id,
        responseType="ACCESS_DENIED",
        statusCode="418",
        responseTemplates={"application/json": '{"message":$context.error.messageString}'},
    )
    api.deploy("v1")
    answer = asked(api, "deny")
    assert (answer.status_code, answer.json()) == (418, {"message": DENIED})
    assert answer.headers["x-amzn-ErrorType"] == "AccessDeniedException"


def test_what_is_refused_never_reaches_the_function(account, functions):
    api, _ = guarded(account, functions)
    name = functions[1].rpartition(":")[2]

    def reports():
        found = account.client("logs").filter_log_events(
            logGroupName=f"/aws/lambda/{name}", filterPattern="REPORT"
        )
        return len(found["events"])

    asked(api, "good")
    before = reports()
    for token in ("", "deny", "other", "raise"):
        assert asked(api, token).status_code >= 400
    assert reports() == before


# Together with the API's own policy


@pytest.mark.parametrize(
    ("policy", "outcomes"),
    [
        ([statement("Allow")], {"good": 200, "other": 200, "deny": 403}),
        ([SILENT], {"good": 200, "other": 403, "deny": 403}),
        ([statement("Allow"), statement("Deny")], {"good": 403, "other": 403, "deny": 403}),
    ],
    ids=["allows", "is silent", "denies"],
)
def test_table_a_for_a_lambda_authorizer(account, functions, policy, outcomes):
    api, _ = guarded(account, functions)
    with_policy(account, api, *policy)
    assert {token: asked(api, token).status_code for token in outcomes} == outcomes


def test_an_explicit_deny_of_the_policy_is_said_before_the_function_is_asked(account, functions):
    api, _ = guarded(account, functions)
    with_policy(account, api, statement("Deny"))
    answer = asked(api, "raise")
    assert answer.status_code == 403
    assert answer.json()["Message"].startswith("User: anonymous is not authorized to perform")
