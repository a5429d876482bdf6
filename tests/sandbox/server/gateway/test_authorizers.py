"""Who may call: Lambda authorizers, user pools, signatures, policies together; keys and limits."""

import contextlib
import json
from dataclasses import replace
from types import SimpleNamespace

import pytest
import requests

from sandbox import cloud
from tests.sandbox.server.conftest import Account
from tests.sandbox.server.shapes import document, uri

NULL = '{"message":null}'
UNAUTHORIZED = '{"message":"Unauthorized"}'
NOT_AUTHORIZED = "User is not authorized to access this resource"
DENIED = NOT_AUTHORIZED + " with an explicit deny in an identity-based policy"

# Decides by a token, counts its calls, and shows its event.
DECIDE = """
import json, time

CALLS = [0]

def statement(effect, resource):
    return {"Action": "execute-api:Invoke", "Effect": effect, "Resource": resource}

def handler(event, context):
    CALLS[0] += 1
    token = event.get("authorizationToken") or event["headers"].get("x-token", "good")
    arn = event["methodArn"]
    api = arn.split("/")[0]
    answers = {
        "good": statement("Allow", arn),
        "all": statement("Allow", api + "/*"),
        "deny": statement("Deny", arn),
        "other": statement("Allow", api + "/v9/*"),
        "wrong action": {**statement("Allow", arn), "Action": "s3:GetObject"},
        "condition": {**statement("Allow", arn),
                      "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}},
    }
    if token == "unauthorized":
        raise Exception("Unauthorized")
    if token == "raise":
        raise ValueError("a secret")
    if token == "text":
        return "yes"
    if token == "no policy":
        return {"principalId": "me"}
    policy = {"Version": "2012-10-17", "Statement": [answers.get(token, answers["good"])]}
    context = {"event": json.dumps(event), "calls": CALLS[0], "yes": True}
    if token == "nested":
        context["list"] = [1]
    return {"principalId": "me", "policyDocument": policy, "context": context,
            "usageIdentifierKey": token if len(token) >= 20 else None}
"""
ECHO = """
import json

def handler(event, context):
    return {"body": json.dumps(event)}
"""


@pytest.fixture(scope="module")
def functions(account):
    """An authorizer's function, and one that answers its event."""
    return account.function(DECIDE), account.function(ECHO)


def guard(account, place, kind, **more):
    """Have a method want an authorization."""
    wanted = [("authorizationType", kind), *more.items()]
    changes = [{"op": "replace", "path": f"/{path}", "value": value} for path, value in wanted]
    account.gateway.update_method(**place, patchOperations=changes)


def guarded(account, functions, permitted=True, **more):
    """An API whose methods / and /other ask an authorizer, and the authorizer's id."""
    decide, echo = functions
    api = account.api()
    settings = {
        "type": "TOKEN",
        "identitySource": "method.request.header.Authorization",
        "authorizerResultTtlInSeconds": 0,
        **more,
    }
    authorizer = account.gateway.create_authorizer(
        restApiId=api.id, name="a", authorizerUri=uri(decide), **settings
    )["id"]
    for resource in ("", api.path("other")):
        guard(account, api.proxy(echo, resource, "ANY"), "CUSTOM", authorizerId=authorizer)
    api.may_invoke(echo, "/v1/*")
    if permitted:
        api.may_invoke(decide, f"/authorizers/{authorizer}")
    api.deploy("v1")
    return api, authorizer


def asked(api, token, path="/", **more):
    """A call with a token."""
    return api.call(path, headers={"Authorization": token}, **more)


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


# Policies together: identity or authorizer against the API's own


def with_policy(account, api, *statements):
    """Put a resource policy, and deploy."""
    policy = {"op": "replace", "path": "/policy", "value": document(*statements)}
    account.gateway.update_rest_api(restApiId=api.id, patchOperations=[policy])
    api.deploy("v1")


def statement(effect, principal="*", resource="execute-api:/*"):
    """A statement of a resource policy."""
    call = {"Principal": principal, "Action": "execute-api:Invoke", "Resource": resource}
    return {"Effect": effect, **call}


SILENT = statement("Allow", resource="execute-api:/v9/*")


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


@pytest.fixture(scope="module")
def users(account):
    """Keys of users who may call every API, none, or whom their own policy denies."""
    keys = {}
    for name, effect in (("allowed", "Allow"), ("silent", None), ("denied", "Deny")):
        account.iam.create_user(UserName=name)
        if effect:
            call = {"Effect": effect, "Action": "execute-api:Invoke", "Resource": "*"}
            account.iam.put_user_policy(
                UserName=name, PolicyName="call", PolicyDocument=document(call)
            )
        key = account.iam.create_access_key(UserName=name)["AccessKey"]
        keys[name] = (key["AccessKeyId"], key["SecretAccessKey"])
    return keys


def signed(account, api, key, secret, path="/", when=None):
    """A call with a SigV4 signature."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    url = f"{account.running.endpoint}/_aws/execute-api/{api.id}/v1{path}"
    request = AWSRequest(method="GET", url=url, data=b"")
    SigV4Auth(Credentials(key, secret), "execute-api", "us-east-1").add_auth(request)
    return requests.get(url, headers=dict(request.headers), timeout=10)


def signed_api(account):
    """An API whose method wants a signature."""
    api = account.api()
    guard(account, api.mock("$context.identity.userArn"), "AWS_IAM")
    api.deploy("v1")
    return api


@pytest.mark.parametrize(
    ("policy", "outcomes"),
    [
        ([], {"allowed": 200, "silent": 403, "denied": 403}),
        ([statement("Allow")], {"allowed": 200, "silent": 200, "denied": 403}),
        ([SILENT], {"allowed": 200, "silent": 403, "denied": 403}),
        ([statement("Deny")], {"allowed": 403, "silent": 403, "denied": 403}),
    ],
    ids=["none", "allows", "is silent", "denies"],
)
def test_table_a_for_a_signature(account, users, policy, outcomes):
    api = signed_api(account)
    if policy:
        with_policy(account, api, *policy)
    found = {name: signed(account, api, *users[name]).status_code for name in outcomes}
    assert found == outcomes


def test_a_deny_holds_for_the_root_of_the_account_too(account):
    api = signed_api(account)
    with_policy(account, api, statement("Allow"), statement("Deny"))
    root = account.running.key
    assert signed(account, api, root.id, root.secret).status_code == 403


@pytest.mark.parametrize(
    ("policy", "passes"), [(None, False), ("ImplicitDeny", False), ("Deny", False), ("Allow", True)]
)
def test_table_b_another_account_needs_the_policy(monkeypatch, policy, passes):
    # No key of a sandbox is another account's, so its caller is made here.
    from sandbox.server.base import emulator
    from sandbox.server.base.errors import GatewayError
    from sandbox.server.gateway import access

    arn = "arn:aws:execute-api:us-east-1:000000000000:abc/v1/GET/"
    monkeypatch.setattr(access, "policy_decision", lambda *_: policy)
    monkeypatch.setattr(access, "method_arn", lambda _: arn)
    monkeypatch.setattr(access.iam, "enforce", lambda *_, **__: None)
    monkeypatch.setattr(emulator.responses, "get_account_id", lambda: "111122223333")
    monkeypatch.setattr(
        access.iam, "request_caller_arn", lambda *_: "arn:aws:iam::111122223333:user/eve"
    )
    request = SimpleNamespace(
        signed=True, headers={}, query={}, variables={}, account_id="0" * 12, region="us-east-1"
    )
    with contextlib.nullcontext() if passes else pytest.raises(GatewayError, match="eve"):
        access._check_signature(request)


def test_a_signed_refusal_names_the_caller_and_why(account, users):
    api = signed_api(account)
    shown = f"arn:aws:execute-api:us-east-1:********0000:{api.id}/v1/GET/"
    for name, reason in (
        ("silent", ""),
        ("denied", " with an explicit deny in an identity-based policy"),
    ):
        answer = signed(account, api, *users[name])
        who = f"arn:aws:iam::000000000000:user/{name}"
        text = f"User: {who} is not authorized to perform: execute-api:Invoke on resource: {shown}"
        assert (answer.status_code, answer.json()) == (403, {"Message": text + reason})
        assert answer.headers["x-amzn-ErrorType"] == "AccessDeniedException"
    assert signed(account, api, *users["allowed"]).text.endswith(":user/allowed")


def test_wrong_signatures_pass_through_their_gateway_responses(account, users):
    api = signed_api(account)
    account.gateway.put_gateway_response(
        restApiId=api.id,
        responseType="INVALID_SIGNATURE",
        responseParameters={"gatewayresponse.header.x-kind": "'signature'"},
    )
    api.deploy("v1")
    wrong = signed(account, api, users["allowed"][0], "wrong")
    assert (wrong.status_code, wrong.headers["x-kind"]) == (403, "signature")
    assert wrong.headers["x-amzn-ErrorType"] == "InvalidSignatureException"
    assert wrong.json()["message"].startswith("The request signature we calculated does not match")
    unknown = signed(account, api, "AKIAIOSFODNN7EXAMPLE", "x")
    assert unknown.json() == {"message": "The security token included in the request is invalid."}
    assert unknown.headers["x-amzn-ErrorType"] == "UnrecognizedClientException"
    unsigned = api.call("/")
    assert unsigned.json() == {"message": "Missing Authentication Token"}


# Cognito


@pytest.fixture(scope="module")
def pool(account):
    """A user pool with a resource server, and its ID and access tokens of one user."""
    cognito = account.client("cognito-idp")
    pool_id = cognito.create_user_pool(PoolName="p")["UserPool"]["Id"]
    cognito.create_resource_server(
        UserPoolId=pool_id,
        Identifier="chat",
        Name="chat",
        Scopes=[{"ScopeName": "ask", "ScopeDescription": "ask"}],
    )
    client = cognito.create_user_pool_client(
        UserPoolId=pool_id, ClientName="c", ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]["ClientId"]
    cognito.admin_create_user(UserPoolId=pool_id, Username="ada", MessageAction="SUPPRESS")
    cognito.admin_set_user_password(
        UserPoolId=pool_id, Username="ada", Password="Secret-123", Permanent=True
    )
    tokens = cognito.admin_initiate_auth(
        UserPoolId=pool_id,
        ClientId=client,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "ada", "PASSWORD": "Secret-123"},
    )["AuthenticationResult"]
    arn = f"arn:aws:cognito-idp:us-east-1:000000000000:userpool/{pool_id}"
    return arn, tokens["IdToken"], tokens["AccessToken"]


def cognito_api(account, pool, **more):
    """An API whose method asks a user pool."""
    api = account.api()
    authorizer = account.gateway.create_authorizer(
        restApiId=api.id,
        name="c",
        type="COGNITO_USER_POOLS",
        providerARNs=[pool[0]],
        identitySource="method.request.header.Authorization",
    )["id"]
    place = api.mock("$context.authorizer.claims.token_use")
    guard(account, place, "COGNITO_USER_POOLS", authorizerId=authorizer)
    if more:
        changes = [{"op": "add", "path": "/authorizationScopes", "value": more["scope"]}]
        account.gateway.update_method(**place, patchOperations=changes)
    api.deploy("v1")
    return api


def test_without_scopes_an_id_token_is_wanted(account, pool):
    api = cognito_api(account, pool)
    _, identity, access = pool
    assert asked(api, identity).text == "id"
    assert asked(api, f"Bearer {identity}").text == "id"
    refused = asked(api, access)
    assert (refused.status_code, refused.text) == (401, UNAUTHORIZED)
    assert refused.headers["x-amzn-ErrorType"] == "UnauthorizedException"
    for token in ("", "x", identity[:-8] + "AAAAAAAA", "a.b.c"):
        assert (asked(api, token).status_code, asked(api, token).text) == (401, UNAUTHORIZED)


def test_with_scopes_an_access_token_that_has_one(account, pool):
    _, identity, access = pool
    has = cognito_api(account, pool, scope="aws.cognito.signin.user.admin")
    assert asked(has, access).text == "access"
    assert asked(has, identity).status_code == 401
    lacks = cognito_api(account, pool, scope="chat/ask")
    assert (asked(lacks, access).status_code, asked(lacks, access).text) == (401, UNAUTHORIZED)


def test_an_expired_token_is_told_so(account, pool):
    import base64

    api = cognito_api(account, pool)
    head, body, signature = pool[1].split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    claims["exp"] = 1
    old = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    answer = asked(api, f"{head}.{old}.{signature}")
    assert (answer.status_code, answer.text) == (
        401,
        '{"message":"The incoming token has expired"}',
    )


def test_a_valid_token_does_not_make_up_for_the_policy(account, pool):
    api = cognito_api(account, pool)
    with_policy(account, api, SILENT)
    assert asked(api, pool[1]).status_code == 403
    assert asked(api, "x").status_code == 401
    with_policy(account, api, statement("Allow"))
    assert asked(api, pool[1]).status_code == 200


# Keys and limits


def keyed(account, place, api, value, **plan):
    """A method that needs a key, the key, and its plan for the stage v1; the plan's id."""
    guard_key = {"op": "replace", "path": "/apiKeyRequired", "value": "true"}
    account.gateway.update_method(**place, patchOperations=[guard_key])
    api.deploy("v1")
    key = account.gateway.create_api_key(name="k", value=value, enabled=True)["id"]
    created = account.gateway.create_usage_plan(
        name="p", apiStages=[{"apiId": api.id, "stage": "v1", **plan.pop("stage", {})}], **plan
    )["id"]
    account.gateway.create_usage_plan_key(usagePlanId=created, keyId=key, keyType="API_KEY")
    return created


def test_an_authorizer_may_name_the_key_and_a_cache_hit_still_does(account, functions):
    value = "a key from an authorizer 1"
    api, _ = guarded(account, functions, authorizerResultTtlInSeconds=300)
    source = {"op": "replace", "path": "/apiKeySource", "value": "AUTHORIZER"}
    account.gateway.update_rest_api(restApiId=api.id, patchOperations=[source])
    place = {"restApiId": api.id, "resourceId": api.root, "httpMethod": "ANY"}
    keyed(account, place, api, value, quota={"limit": 2, "period": "DAY"})
    found = [asked(api, value) for _ in range(3)]
    assert [answer.status_code for answer in found] == [200, 200, 429]
    calls = {a.json()["requestContext"]["authorizer"]["calls"] for a in found[:2]}
    assert len(calls) == 1
    keys = account.gateway.get_api_keys(nameQuery="k", includeValues=True)["items"]
    key_id = next(key["id"] for key in keys if key["value"] == value)
    for answer in found[:2]:
        identity = answer.json()["requestContext"]["identity"]
        assert (identity["apiKey"], identity["apiKeyId"]) == (value, key_id)
    header = api.call("/", headers={"Authorization": "good", "x-api-key": value})
    assert (header.status_code, header.text) == (403, '{"message":"Forbidden"}')


def test_a_plan_throttles_its_client_and_single_methods(account):
    value = "k" * 31
    api = account.api()
    api.mock("free", api.path("free"))
    strict = {"throttle": {"//GET": {"rateLimit": 0.01, "burstLimit": 1}}}
    throttle = {"rateLimit": 0.01, "burstLimit": 4}
    keyed(account, api.mock("one"), api, value, stage=strict, throttle=throttle)
    headers = {"x-api-key": value}
    found = [api.call("/", headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in found] == [200, 429]
    assert found[1].text == '{"message":"Too Many Requests"}'
    assert found[1].headers["x-amzn-ErrorType"] == "TooManyRequestsException"
    assert not {"retry-after", "x-ratelimit-limit"} & {h.lower() for h in found[1].headers}
    # A plan binds only methods that need a key.
    assert {api.call("/free", headers=headers).status_code for _ in range(6)} == {200}


def test_what_is_used_of_a_quota_outlives_a_restart(tmp_path, monkeypatch):
    monkeypatch.setenv("KIT_PROVIDER", "0")
    account = Account(cloud.start(tmp_path))
    try:
        api, value = account.api(), "k" * 32
        keyed(account, api.mock("one"), api, value, quota={"limit": 1, "period": "MONTH"})
        headers = {"x-api-key": value}
        assert [api.call(headers=headers).status_code for _ in range(2)] == [200, 429]
        cloud.stop(tmp_path)
        again = replace(api, account=Account(cloud.start(tmp_path)))
        assert again.call(headers=headers).text == '{"message":"Limit Exceeded"}'
    finally:
        cloud.stop(tmp_path)


def test_a_stages_method_setting_wins_over_that_for_all(account):
    api = account.api()
    api.mock("one")
    api.mock("two", api.path("two"))
    api.deploy("v1")
    limits = {
        "/*/*/throttling/rateLimit": "100",
        "/*/*/throttling/burstLimit": "50",
        "/~1two/GET/throttling/rateLimit": "0",
        "/~1two/GET/throttling/burstLimit": "5",
    }
    changes = [{"op": "replace", "path": path, "value": v} for path, v in limits.items()]
    account.gateway.update_stage(restApiId=api.id, stageName="v1", patchOperations=changes)
    assert [api.call(path).status_code for path in ("/", "/two", "/")] == [200, 429, 200]


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
