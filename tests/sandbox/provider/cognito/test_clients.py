"""Clients, resource servers and domains of user pools against a real emulator."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import AwsError, CallError
from sandbox.provider.core.registry import kind
from tests.sandbox.provider.lifecycle import (
    Life,
    Lives,
    assert_complete,
    assert_deleted,
    assert_found,
    assert_imports,
    assert_refused,
    assert_updates,
)

POOL = "aws:cognito/userPool:UserPool"
DOMAIN = "aws:cognito/userPoolDomain:UserPoolDomain"
CLIENT = "aws:cognito/userPoolClient:UserPoolClient"
SERVER = "aws:cognito/resourceServer:ResourceServer"


FULL_CLIENT: dict[str, Any] = {
    "accessTokenValidity": 30,
    "allowedOauthFlows": ["client_credentials"],
    "allowedOauthFlowsUserPoolClient": True,
    "allowedOauthScopes": ["model/ask"],
    "authSessionValidity": 5,
    "callbackUrls": ["https://example.com/b", "https://example.com/a"],
    "defaultRedirectUri": "https://example.com/a",
    "enablePropagateAdditionalUserContextData": True,
    "enableTokenRevocation": True,
    "explicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    "generateSecret": True,
    "idTokenValidity": 20,
    "logoutUrls": ["https://example.com/out"],
    "preventUserExistenceErrors": "ENABLED",
    "readAttributes": ["email"],
    "refreshTokenValidity": 7,
    "supportedIdentityProviders": ["COGNITO"],
    "tokenValidityUnits": {"accessToken": "minutes", "idToken": "minutes", "refreshToken": "days"},
    "writeAttributes": ["email"],
}


def test_a_small_client_lives_and_has_no_secret(life: Lives, pool: Life) -> None:
    client = life(CLIENT, name=life.name("client"), userPoolId=pool.id)
    assert client.read() == client.outputs
    assert "clientSecret" not in client.outputs
    assert_imports(client, f"{pool.id}/{client.id}")
    assert_deleted(client)


def test_a_client_keeps_takes_and_imports_every_argument(life: Lives, pool: Life) -> None:
    client = life(CLIENT, name=life.name("client"), userPoolId=pool.id, **FULL_CLIENT)
    assert_complete(client)
    assert client.outputs["clientSecret"]
    assert_imports(client, f"{pool.id}/{client.id}", unknown=("callbackUrls", "explicitAuthFlows"))
    changes: list[dict[str, Any]] = [
        {"accessTokenValidity": 15},
        {"allowedOauthFlows": ["code"]},
        {"allowedOauthScopes": ["openid", "email"]},
        {"authSessionValidity": 10},
        {"callbackUrls": ["https://example.com/a"]},
        {"defaultRedirectUri": "https://example.com/b"},
        {"enablePropagateAdditionalUserContextData": False},
        {"enableTokenRevocation": False},
        {"explicitAuthFlows": ["ALLOW_USER_SRP_AUTH"]},
        {"idTokenValidity": 15},
        {"logoutUrls": []},
        {"name": life.name("renamed")},
        {"preventUserExistenceErrors": "LEGACY"},
        {"readAttributes": ["email", "name"]},
        {"refreshTokenValidity": 9},
        {"refreshTokenRotation": {"feature": "ENABLED", "retryGracePeriodSeconds": 20}},
        {"refreshTokenRotation": {"feature": "DISABLED"}},
        {"refreshTokenRotation": None},
        {"supportedIdentityProviders": []},
        {
            "tokenValidityUnits": {
                "accessToken": "hours",
                "idToken": "minutes",
                "refreshToken": "days",
            }
        },
        {"writeAttributes": ["name"]},
    ]
    assert_updates(client, changes)
    assert client.outputs["clientSecret"]
    assert_deleted(client)


def test_an_update_resets_what_it_leaves_out(life: Lives, pool: Life, ctx: Context) -> None:
    rotation = {"feature": "ENABLED", "retryGracePeriodSeconds": 0}
    client = life(
        CLIENT,
        name=life.name("client"),
        userPoolId=pool.id,
        **FULL_CLIENT,
        refreshTokenRotation=rotation,
    )
    assert_complete(client)
    api = ctx.client("cognito-idp")
    api.update_user_pool_client(UserPoolId=pool.id, ClientId=client.id)
    now = client.read()
    assert now and now["name"] == client.outputs["name"] and now["clientSecret"]
    for name in ("allowedOauthFlows", "callbackUrls", "explicitAuthFlows", "readAttributes"):
        assert now[name] == [], name
    assert now["refreshTokenValidity"] == 30 and now["authSessionValidity"] == 3
    assert now["preventUserExistenceErrors"] == "LEGACY" and now["enableTokenRevocation"]


def test_a_refresh_token_that_rotates_is_good_once(life: Lives, pool: Life, ctx: Context) -> None:
    client = life(
        CLIENT,
        name=life.name("client"),
        userPoolId=pool.id,
        explicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"],
        refreshTokenRotation={"feature": "ENABLED", "retryGracePeriodSeconds": 0},
    )
    api = ctx.client("cognito-idp")
    user = {"UserPoolId": pool.id, "Username": "ada"}
    api.admin_create_user(**user)
    api.admin_set_user_password(**user, Password="Correct-horse-7", Permanent=True)
    first = api.initiate_auth(
        ClientId=client.id,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "ada", "PASSWORD": "Correct-horse-7"},
    )["AuthenticationResult"]
    token = first["RefreshToken"]
    fresh = api.get_tokens_from_refresh_token(ClientId=client.id, RefreshToken=token)
    second = fresh["AuthenticationResult"]["RefreshToken"]
    assert second != token and fresh["AuthenticationResult"]["AccessToken"]
    with pytest.raises(api.exceptions.RefreshTokenReuseException):
        api.get_tokens_from_refresh_token(ClientId=client.id, RefreshToken=token)
    again = api.get_tokens_from_refresh_token(ClientId=client.id, RefreshToken=second)
    assert again["AuthenticationResult"]["RefreshToken"]
    client.update(refreshTokenRotation=None)
    last = api.get_tokens_from_refresh_token(ClientId=client.id, RefreshToken=second)
    assert "RefreshToken" not in last["AuthenticationResult"]


def test_a_domain_of_a_pool_lives(life: Lives, pool: Life) -> None:
    domain = life(DOMAIN, domain=life.name("sign-in"), userPoolId=pool.id)
    assert_complete(domain)
    assert domain.id == domain.outputs["domain"] and domain.outputs["managedLoginVersion"] == 1
    assert_imports(domain, domain.id)
    assert domain.kind.find and domain.kind.find(domain.ctx, domain.inputs)
    assert_updates(domain, [{"managedLoginVersion": 2}])
    assert_deleted(domain)


def test_a_domain_of_ones_own_changes_its_certificate(life: Lives, pool: Life) -> None:
    certificate = "arn:aws:acm:us-east-1:000000000000:certificate/"
    name = f"{life.name('id')}.example.com"
    domain = life(DOMAIN, domain=name, userPoolId=pool.id, certificateArn=f"{certificate}a")
    assert_complete(domain)
    assert domain.outputs["cloudfrontDistribution"].endswith(".cloudfront.net")
    assert_imports(domain, name)
    assert_updates(domain, [{"certificateArn": f"{certificate}b"}])
    taken = rf"^creating Cognito User Pool Domain \({name}\): .*InvalidParameterException: "
    with pytest.raises(AwsError, match=taken):
        kind(DOMAIN).create(domain.ctx, domain.inputs)
    assert_deleted(domain)


def test_a_client_of_no_pool_is_refused_in_the_official_words(ctx: Context) -> None:
    doing = "creating Cognito User Pool Client (c): operation error Cognito Identity Provider: CreateUserPoolClient"
    assert_refused(
        ctx,
        CLIENT,
        {"name": "c", "userPoolId": "us-east-1_nope"},
        doing,
        400,
        "ResourceNotFoundException: ",
    )
    with pytest.raises(CallError, match="expected USER-POOL-ID/CLIENT-ID"):
        kind(CLIENT).read(ctx, "c", {})


def test_a_resource_server_lives(life: Lives, pool: Life) -> None:
    ask = {"scopeName": "ask", "scopeDescription": "send prompts"}
    train = {"scopeName": "train", "scopeDescription": "change the model"}
    server = life(SERVER, name="model", identifier="model", userPoolId=pool.id, scopes=[ask])
    assert_complete(server)
    assert server.id == f"{pool.id}|model"
    assert server.outputs["scopeIdentifiers"] == ["model/ask"]
    assert_imports(server, server.id)
    assert_updates(server, [{"scopes": [ask, train]}, {"scopes": None}])
    assert_deleted(server)
    bare = life(SERVER, name="bare", identifier="https://bare", userPoolId=pool.id)
    assert_complete(bare)
    assert bare.kind.find and bare.kind.find(bare.ctx, bare.inputs)


def test_what_an_interrupted_create_left_is_found_by_name(life: Lives) -> None:
    pool = life(POOL, name=life.name("pool"))
    client = life(CLIENT, userPoolId=pool.id, name=life.name("client"))
    for left in (pool, client):
        assert_found(left.ctx, left.token, left.inputs, left.id)
