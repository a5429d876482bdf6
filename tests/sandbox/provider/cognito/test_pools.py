"""User pools, their clients and resource servers against a real emulator."""

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
    assert_imports,
    assert_refused,
    assert_updates,
)

POOL = "aws:cognito/userPool:UserPool"
DOMAIN = "aws:cognito/userPoolDomain:UserPoolDomain"
CLIENT = "aws:cognito/userPoolClient:UserPoolClient"
SERVER = "aws:cognito/resourceServer:ResourceServer"
FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:hook"
ROLE = "arn:aws:iam::000000000000:role/sms"

PASSWORDS = {
    "minimumLength": 12,
    "passwordHistorySize": 3,
    "requireLowercase": True,
    "requireNumbers": False,
    "requireSymbols": False,
    "requireUppercase": True,
    "temporaryPasswordValidityDays": 2,
}
PLAN = {
    "name": "plan",
    "attributeDataType": "String",
    "mutable": True,
    "stringAttributeConstraints": {"minLength": "1", "maxLength": "20"},
}
SCORE = {
    "name": "score",
    "attributeDataType": "Number",
    "mutable": True,
    "numberAttributeConstraints": {"minValue": "0", "maxValue": "9"},
}
FULL_POOL: dict[str, Any] = {
    "accountRecoverySetting": {"recoveryMechanisms": [{"name": "verified_email", "priority": 1}]},
    "adminCreateUserConfig": {
        "allowAdminCreateUserOnly": True,
        "inviteMessageTemplate": {
            "emailMessage": "{username} {####}",
            "emailSubject": "welcome",
            "smsMessage": "{username} {####}",
        },
    },
    "autoVerifiedAttributes": ["email"],
    "deviceConfiguration": {
        "challengeRequiredOnNewDevice": True,
        "deviceOnlyRememberedOnUserPrompt": True,
    },
    "emailConfiguration": {
        "emailSendingAccount": "COGNITO_DEFAULT",
        "replyToEmailAddress": "a@example.com",
    },
    "lambdaConfig": {"preSignUp": FUNCTION, "postConfirmation": FUNCTION},
    "mfaConfiguration": "OPTIONAL",
    "passwordPolicy": PASSWORDS,
    "schemas": [PLAN],
    "smsAuthenticationMessage": "code {####}",
    "smsConfiguration": {"externalId": "x", "snsCallerArn": ROLE, "snsRegion": "us-east-1"},
    "softwareTokenMfaConfiguration": {"enabled": True},
    "tags": {"team": "llm"},
    "userAttributeUpdateSettings": {"attributesRequireVerificationBeforeUpdates": ["email"]},
    "userPoolAddOns": {"advancedSecurityMode": "OFF"},
    "usernameAttributes": ["email"],
    "usernameConfiguration": {"caseSensitive": False},
    "verificationMessageTemplate": {
        "defaultEmailOption": "CONFIRM_WITH_CODE",
        "emailMessage": "code {####}",
        "emailSubject": "your code",
    },
}


def test_a_small_pool_has_all_outputs_and_can_be_deleted_twice(life: Lives) -> None:
    pool = life(POOL, name=life.name("pool"))
    assert_complete(pool)
    assert pool.id.startswith("us-east-1_")
    expected = {
        "arn": f"arn:aws:cognito-idp:us-east-1:000000000000:userpool/{pool.id}",
        "domain": "",
        "endpoint": f"cognito-idp.us-east-1.amazonaws.com/{pool.id}",
        "estimatedNumberOfUsers": 0,
        "mfaConfiguration": "OFF",
    }
    assert {name: pool.outputs[name] for name in expected} == expected
    assert pool.outputs["creationDate"].endswith("Z") and "schemas" not in pool.outputs
    assert_imports(pool, pool.id)
    assert_deleted(pool)


def test_a_pool_with_every_argument_reads_back_as_given(life: Lives) -> None:
    pool = life(POOL, name=life.name("pool"), **FULL_POOL)
    assert_complete(pool)
    assert_imports(pool, pool.id, unknown=("schemas",))
    assert_deleted(pool)


def test_arguments_of_a_pool_are_updated_one_by_one(life: Lives) -> None:
    pool = life(POOL, name=life.name("pool"), **FULL_POOL)
    messages = {
        "emailMessage": "{username} {####}",
        "emailSubject": "hello",
        "smsMessage": "{username} {####}",
    }
    changes: list[dict[str, Any]] = [
        {"accountRecoverySetting": {"recoveryMechanisms": [{"name": "admin_only", "priority": 1}]}},
        {
            "adminCreateUserConfig": {
                "allowAdminCreateUserOnly": False,
                "inviteMessageTemplate": messages,
            }
        },
        {"autoVerifiedAttributes": ["email", "phone_number"]},
        {"deletionProtection": "ACTIVE"},
        {"deletionProtection": "INACTIVE"},
        {
            "deviceConfiguration": {
                "challengeRequiredOnNewDevice": False,
                "deviceOnlyRememberedOnUserPrompt": True,
            }
        },
        {
            "emailConfiguration": {
                "emailSendingAccount": "DEVELOPER",
                "sourceArn": "arn:aws:ses:us-east-1:000000000000:identity/a@example.com",
            }
        },
        {"lambdaConfig": {"preSignUp": FUNCTION}},
        {"mfaConfiguration": "ON"},
        {"passwordPolicy": {**PASSWORDS, "minimumLength": 20}},
        {"schemas": [PLAN, SCORE]},
        {"smsAuthenticationMessage": "other {####}"},
        {"smsConfiguration": {"externalId": "y", "snsCallerArn": ROLE, "snsRegion": "us-east-1"}},
        {"mfaConfiguration": "OFF", "softwareTokenMfaConfiguration": {"enabled": False}},
        {"tags": {"team": "x", "new": "1"}},
        {"tags": None},
        {
            "userAttributeUpdateSettings": {
                "attributesRequireVerificationBeforeUpdates": ["phone_number"]
            }
        },
        {
            "verificationMessageTemplate": {
                "defaultEmailOption": "CONFIRM_WITH_LINK",
                "emailMessageByLink": "{##x##}",
                "emailSubjectByLink": "s",
            }
        },
    ]
    assert_updates(pool, changes)


def test_an_attribute_of_users_can_be_added_but_not_taken_away(life: Lives) -> None:
    pool = life(POOL, name=life.name("pool"), schemas=[PLAN])
    with pytest.raises(CallError, match="cannot modify or remove schema items"):
        pool.update(schemas=[SCORE])
    pool.update(schemas=[PLAN, SCORE])
    assert pool.outputs["schemas"] == [PLAN, SCORE]


@pytest.fixture
def pool(life: Lives) -> Life:
    return life(POOL, name=life.name("pool"))


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
