"""Routing, access and the gateway's own errors: AWS's order, status, body and headers."""

import json
import re

import pytest
import requests

from tests.sandbox.server.shapes import document

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@pytest.fixture(scope="module")
def routes(account):
    """An API with a literal, a variable, a greedy and an ANY resource, all of them mocks."""
    api = account.api()
    api.mock("root")
    items = api.path("items")
    api.mock("items", items, "POST")
    api.mock("item", api.path("{id}", items))
    api.mock("special", api.path("special", items))
    api.mock("anything", api.path("any"), "ANY")
    below = api.path("files")
    api.mock("greedy", api.path("{proxy+}", below), "ANY")
    api.mock("posted", api.path("fixed", below), "POST")
    api.deploy("v1")
    return api


@pytest.mark.parametrize(
    ("verb", "path", "answer"),
    [
        ("GET", "", "root"),
        ("GET", "/", "root"),
        ("POST", "/items", "items"),
        ("POST", "/items/", "items"),
        ("GET", "/items/7", "item"),
        ("GET", "/items/a%2Fb", "item"),
        ("GET", "/items/special", "special"),
        ("DELETE", "/any", "anything"),
        ("OPTIONS", "/any", "anything"),
        ("GET", "/files/a/b", "greedy"),
        ("POST", "/files/fixed", "posted"),
        ("GET", "/files/fixed", "greedy"),
        ("PROPFIND", "/any", None),
        ("GET", "/items", None),
        ("GET", "/files", None),
        ("GET", "/nothing", None),
        ("GET", "/items/7/8", None),
    ],
)
def test_a_request_finds_its_method(routes, verb, path, answer):
    found = routes.call(path, verb)
    if answer is not None:
        assert (found.status_code, found.text) == (200, answer)
    else:
        assert found.status_code == 403
        assert found.text == '{"message":"Missing Authentication Token"}'
        assert found.headers["x-amzn-ErrorType"] == "MissingAuthenticationTokenException"


def test_head_is_answered_under_any_and_refused_without_a_body(routes):
    assert (routes.call("/any", "HEAD").status_code, routes.call("/any", "HEAD").text) == (200, "")
    refused = routes.call("/nothing", "HEAD")
    assert (refused.status_code, refused.headers["Content-Length"]) == (403, "0")


def test_every_answer_names_its_request_once(routes):
    for found in (routes.call(), routes.call("/nothing")):
        assert UUID.fullmatch(found.headers["x-amzn-RequestId"])
        assert len(found.headers["x-amz-apigw-id"]) == 16
        assert found.headers["Date"]
    mine = "12345678-1234-1234-1234-123456789012"
    assert routes.call(headers={"x-amzn-RequestId": mine}).headers["x-amzn-RequestId"] == mine


def test_an_unknown_stage_is_forbidden(routes):
    for found in (routes.call(stage="v9"), routes.call("", stage="")):
        assert (found.status_code, found.text) == (403, '{"message":"Forbidden"}')
        assert found.headers["x-amzn-ErrorType"] == "ForbiddenException"


def test_an_unrouted_call_with_a_token_is_read_as_a_bad_signature(routes):
    found = routes.call("/nothing", headers={"Authorization": "Bearer x"})
    assert found.headers["x-amzn-ErrorType"] == "IncompleteSignatureException"
    assert found.json()["message"].startswith("Invalid key=value pair (missing equal-sign)")


def test_a_disabled_endpoint_is_forbidden_once_deployed(account):
    api = account.api()
    api.mock("one")
    api.deploy("v1")
    change = {"op": "replace", "path": "/disableExecuteApiEndpoint", "value": "true"}
    account.gateway.update_rest_api(restApiId=api.id, patchOperations=[change])
    assert api.call().status_code == 200
    api.deploy("v1")
    assert (api.call().status_code, api.call().text) == (403, '{"message":"Forbidden"}')


def test_a_body_over_ten_megabytes_never_reaches_the_api(routes):
    found = routes.call("/any", "POST", data=b"x" * (10_485_760 + 1))
    assert (found.status_code, found.text) == (413, "HTTP content length exceeded 10485760 bytes.")
    assert "x-amzn-RequestId" not in found.headers
    assert routes.call("/any", "POST", data=b"x" * 10_485_760).status_code == 200


def test_the_emulators_other_urls_serve_the_same_snapshot(account, routes):
    old = f"{account.running.endpoint}/restapis/{routes.id}/v1/_user_request_/items/7"
    assert requests.get(old, timeout=5).text == "item"
    host = {"Host": f"{routes.id}.execute-api.us-east-1.amazonaws.com"}
    found = requests.get(f"{account.running.endpoint}/v1/items/7", headers=host, timeout=5)
    assert found.text == "item"


# Who may call


def with_policy(account, *statements, method=None):
    """A deployed API with a resource policy."""
    api = account.api()
    api.mock("one", **(method or {}))
    policy = {"op": "replace", "path": "/policy", "value": document(*statements)}
    account.gateway.update_rest_api(restApiId=api.id, patchOperations=[policy])
    api.deploy("v1")
    return api


def statement(effect, **more):
    """A statement about every method of this API."""
    call = {"Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*"}
    return {"Effect": effect, **call, **more}


@pytest.mark.quirk("at-once")
def test_the_resource_policy_has_to_allow(account):
    assert with_policy(account, statement("Allow")).call().status_code == 200
    other = statement("Allow", Resource="execute-api:/v2/*")
    api = with_policy(account, other)
    found = api.call()
    shown = f"arn:aws:execute-api:us-east-1:********0000:{api.id}/v1/GET/"
    text = "User: anonymous is not authorized to perform: execute-api:Invoke on resource: " + shown
    assert (found.status_code, found.json()) == (403, {"Message": text})
    assert found.headers["x-amzn-ErrorType"] == "AccessDeniedException"


def test_an_explicit_deny_wins_and_says_so(account):
    here = {"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}
    found = with_policy(account, statement("Allow"), statement("Deny", Condition=here)).call()
    assert found.status_code == 403
    assert found.json()["Message"].endswith("/ with an explicit deny in a resource-based policy")


@pytest.mark.quirk("tls")
def test_a_policy_that_insists_on_tls_does_not_refuse_a_laptop(account):
    plain = statement("Deny", Condition={"Bool": {"aws:SecureTransport": "false"}})
    assert with_policy(account, statement("Allow"), plain).call().status_code == 200


@pytest.mark.quirk("root")
def test_a_signed_method_wants_a_signature(account):
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    api = account.api()
    place = api.mock("one")
    change = {"op": "replace", "path": "/authorizationType", "value": "AWS_IAM"}
    account.gateway.update_method(**place, patchOperations=[change])
    api.deploy("v1")
    unsigned = api.call()
    assert (unsigned.status_code, unsigned.json()["message"]) == (
        403,
        "Missing Authentication Token",
    )
    account.iam.create_user(UserName="alice")
    key = account.iam.create_access_key(UserName="alice")["AccessKey"]

    def signed(key_id, secret):
        url = f"{account.running.endpoint}/_aws/execute-api/{api.id}/v1/"
        request = AWSRequest(method="GET", url=url, data=b"")
        SigV4Auth(Credentials(key_id, secret), "execute-api", "us-east-1").add_auth(request)
        return requests.get(url, headers=dict(request.headers), timeout=5)

    root = account.running.key
    assert signed(root.id, root.secret).text == "one"
    assert signed(key["AccessKeyId"], key["SecretAccessKey"]).status_code == 403
    allow = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": f"{api.arn}/v1/GET/*"}
    account.iam.put_user_policy(UserName="alice", PolicyName="call", PolicyDocument=document(allow))
    assert signed(key["AccessKeyId"], key["SecretAccessKey"]).text == "one"
    wrong = signed(key["AccessKeyId"], "wrong")
    assert (wrong.status_code, wrong.headers["x-amzn-ErrorType"]) == (
        403,
        "InvalidSignatureException",
    )


# Keys, limits, validation


def test_a_key_is_checked_before_the_throttle_and_the_throttle_before_the_quota(account):
    api, gateway = account.api(), account.gateway
    api.mock("one", apiKeyRequired=True)
    api.deploy("v1")
    value = "k" * 30
    key = gateway.create_api_key(name="k", value=value, enabled=True)["id"]
    plan = gateway.create_usage_plan(
        name="p",
        apiStages=[{"apiId": api.id, "stage": "v1"}],
        quota={"limit": 2, "period": "DAY"},
    )["id"]
    missing = api.call()
    assert (missing.status_code, missing.text) == (403, '{"message":"Forbidden"}')
    assert missing.headers["x-amzn-ErrorType"] == "ForbiddenException"
    headers = {"x-api-key": value}
    assert api.call(headers=headers).status_code == 403
    gateway.create_usage_plan_key(usagePlanId=plan, keyId=key, keyType="API_KEY")
    assert [api.call(headers=headers).status_code for _ in range(3)] == [200, 200, 429]
    spent = api.call(headers=headers)
    assert spent.text == '{"message":"Limit Exceeded"}'
    assert spent.headers["x-amzn-ErrorType"] == "LimitExceededException"
    disabled = {"op": "replace", "path": "/enabled", "value": "false"}
    gateway.update_api_key(apiKey=key, patchOperations=[disabled])
    assert api.call(headers=headers).status_code == 403


@pytest.mark.quirk("throttle-exact")
def test_a_stage_throttles(account):
    api = account.api()
    api.mock("one")
    api.deploy("v1")
    limits = (("rateLimit", "1"), ("burstLimit", "2"))
    account.gateway.update_stage(
        restApiId=api.id,
        stageName="v1",
        patchOperations=[
            {"op": "replace", "path": f"/*/*/throttling/{name}", "value": value}
            for name, value in limits
        ],
    )
    found = [api.call() for _ in range(3)]
    assert [answer.status_code for answer in found] == [200, 200, 429]
    assert found[2].text == '{"message":"Too Many Requests"}'
    assert found[2].headers["x-amzn-ErrorType"] == "TooManyRequestsException"


def test_parameters_are_validated_before_the_body(account):
    api, gateway = account.api(), account.gateway
    gateway.create_model(
        restApiId=api.id,
        name="Prompt",
        contentType="application/json",
        schema='{"type": "object", "required": ["prompt"]}',
    )
    validator = gateway.create_request_validator(
        restApiId=api.id, name="v", validateRequestBody=True, validateRequestParameters=True
    )["id"]
    api.mock(
        "one",
        verb="POST",
        requestValidatorId=validator,
        requestModels={"application/json": "Prompt"},
        requestParameters={"method.request.querystring.q": True},
    )
    api.deploy("v1")
    first = api.call("/", "POST", json={})
    assert (first.status_code, first.text) == (
        400,
        '{"message": "Missing required request parameters: [q]"}',
    )
    second = api.call("/?q=1", "POST", json={})
    assert (second.status_code, second.text) == (400, '{"message": "Invalid request body"}')
    assert second.headers["x-amzn-ErrorType"] == "BadRequestException"
    assert api.call("/?q=1", "POST", json={"prompt": "x"}).text == "one"


def test_a_lambda_authorizer_allows_denies_and_wants_a_token(account):
    api, gateway = account.api(), account.gateway
    decide = account.function(
        "def handler(event, context):\n"
        "    effect = 'Allow' if event['authorizationToken'] == 'good' else 'Deny'\n"
        "    call = {'Action': 'execute-api:Invoke', 'Effect': effect,\n"
        "            'Resource': event['methodArn']}\n"
        "    return {'principalId': 'me', 'context': {'tier': 1},\n"
        "            'policyDocument': {'Version': '2012-10-17', 'Statement': [call]}}\n"
    )
    uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{decide}/invocations"
    authorizer = gateway.create_authorizer(
        restApiId=api.id,
        name="a",
        type="TOKEN",
        authorizerUri=uri,
        identitySource="method.request.header.Authorization",
        authorizerResultTtlInSeconds=0,
    )["id"]
    place = api.mock("$context.authorizer.principalId")
    changes = [("/authorizationType", "CUSTOM"), ("/authorizerId", authorizer)]
    gateway.update_method(
        **place,
        patchOperations=[{"op": "replace", "path": p, "value": v} for p, v in changes],
    )
    api.may_invoke(decide, f"/authorizers/{authorizer}")
    api.deploy("v1")
    assert (api.call().status_code, api.call().text) == (401, '{"message":"Unauthorized"}')
    assert api.call(headers={"Authorization": "good"}).text == "me"
    denied = api.call(headers={"Authorization": "bad"})
    assert denied.status_code == 403
    assert denied.text == (
        '{"Message":"User is not authorized to access this resource '
        'with an explicit deny in an identity-based policy"}'
    )


def test_gateway_responses_shape_errors(account):
    api, gateway = account.api(), account.gateway
    api.mock("one")
    gateway.put_gateway_response(
        restApiId=api.id,
        responseType="MISSING_AUTHENTICATION_TOKEN",
        statusCode="404",
        responseParameters={
            "gatewayresponse.header.Access-Control-Allow-Origin": "'*'",
            "gatewayresponse.header.x-asked": "method.request.header.x-ask",
        },
        responseTemplates={
            "application/json": '{"error":$context.error.messageString,"p":"$context.path"}'
        },
    )
    gateway.put_gateway_response(restApiId=api.id, responseType="DEFAULT_5XX", statusCode="599")
    api.method(api.path("broken"))
    gateway.put_integration(
        restApiId=api.id,
        resourceId=next(
            r["id"]
            for r in gateway.get_resources(restApiId=api.id)["items"]
            if r["path"] == "/broken"
        ),
        httpMethod="GET",
        type="MOCK",
    )
    api.deploy("v1")
    found = api.call("/nothing", headers={"x-ask": "me"})
    assert found.status_code == 404
    assert found.json() == {"error": "Missing Authentication Token", "p": "/v1/nothing"}
    assert found.headers["Access-Control-Allow-Origin"] == "*"
    assert found.headers["x-asked"] == "me"
    assert found.headers["x-amzn-ErrorType"] == "MissingAuthenticationTokenException"
    broken = api.call("/broken")
    assert (broken.status_code, broken.text) == (599, '{"message": "Internal server error"}')


# Integrations without a function


def test_a_cors_preflight_is_a_mock_with_headers_and_an_empty_body(account):
    api = account.api()
    place = api.method(verb="OPTIONS")
    gateway = account.gateway
    gateway.put_integration(
        **place, type="MOCK", requestTemplates={"application/json": '{"statusCode": 204}'}
    )
    origin = "method.response.header.Access-Control-Allow-Origin"
    gateway.put_method_response(**place, statusCode="204", responseParameters={origin: True})
    gateway.put_integration_response(
        **place, statusCode="204", responseParameters={origin: "'https://example.org'"}
    )
    api.deploy("v1")
    found = api.call("/", "OPTIONS", headers={"Origin": "https://example.org"})
    assert (found.status_code, found.text) == (204, "")
    assert found.headers["Access-Control-Allow-Origin"] == "https://example.org"


def test_an_http_proxy_passes_requests_on_and_answers_back(account, http_echo):
    api = account.api()
    place = api.method(api.path("{proxy+}", api.path("web")), "ANY")
    account.gateway.put_integration(
        **place,
        type="HTTP_PROXY",
        integrationHttpMethod="ANY",
        uri=f"{http_echo}/base/{{proxy}}",
        requestParameters={
            "integration.request.path.proxy": "method.request.path.proxy",
            "integration.request.header.x-stage": "context.stage",
        },
    )
    api.deploy("v1")
    found = api.call("/web/a/b?q=1&q=2", "POST", data="text", headers={"X-Mine": "yes"})
    seen = found.json()
    assert (found.status_code, found.headers["x-backend"]) == (202, "echo")
    assert (seen["method"], seen["path"], seen["body"]) == ("POST", "/base/a/b?q=1&q=2", "text")
    assert (seen["headers"]["x-mine"], seen["headers"]["x-stage"]) == ("yes", "v1")


def test_a_backend_that_is_not_there_or_silent_is_a_504(account, silent_port, closed_port):
    api = account.api()
    for part, port in (("silent", silent_port), ("closed", closed_port)):
        place = api.method(api.path(part))
        account.gateway.put_integration(
            **place,
            type="HTTP_PROXY",
            integrationHttpMethod="GET",
            uri=f"http://127.0.0.1:{port}/",
            timeoutInMillis=200,
        )
    api.deploy("v1")
    silent = api.call("/silent")
    assert (silent.status_code, silent.text) == (504, '{"message": "Endpoint request timed out"}')
    closed = api.call("/closed")
    assert closed.status_code == 504
    assert json.loads(closed.text)["message"] == "Network error communicating with endpoint"
