"""Who may call, as a user pool says."""

import base64
import json

import pytest

from tests.sandbox.server.gateway.guarded import (
    SILENT,
    UNAUTHORIZED,
    asked,
    guard,
    statement,
    with_policy,
)


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
