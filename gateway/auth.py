"""Who may call the gateway, and how they prove it.

API Gateway knows four answers: everyone; whoever signs with IAM keys;
whoever a function of ours admits; whoever has a token of a user pool.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from .kinds import Arguments, Statement, Variables
from .model import code_of, write_log
from .policies import policy_document, trust_policy
from .settings import Settings

Keys = dict[str, aws.apigateway.ApiKey]

# Chapter 08: who may call


def authentication(settings: Settings) -> str:
    """How callers prove who they are: "bearer", "iam" or "cognito"."""
    return settings.authentication


def key_source(authentication: str) -> Arguments:
    """For the API: where it finds a caller's key.

    An authorizer of ours hands it on; else it is in the header
    `x-api-key`.
    """
    bearer = authentication == "bearer"
    return {"api_key_source": "AUTHORIZER" if bearer else "HEADER"}


def team_keys(settings: Settings) -> Keys:
    """A key for each team. API Gateway makes its value, Pulumi hides it."""
    return {
        team: aws.apigateway.ApiKey(
            f"teamKey-{team}", description=f"Of the team {team}"
        )
        for team in settings.teams
    }


def authorizers(
    settings: Settings,
    authentication: str,
    rest_api: aws.apigateway.RestApi,
    api_role: aws.iam.Role,
    keys: Keys,
    pool: Variables,
) -> list[aws.apigateway.Authorizer]:
    """Who decides: an authorizer; of signatures IAM does, so none."""
    if authentication == "bearer":
        return [key_authorizer(settings, rest_api, api_role, keys)]
    if authentication == "cognito":
        return [pool_authorizer(rest_api, pool)]
    return []


def access(
    authentication: str, authorizers: list[aws.apigateway.Authorizer]
) -> Arguments:
    """For a method: whom it admits. Everyone is no choice."""
    if authentication == "iam":
        return {"authorization": "AWS_IAM"}
    authorizer_id = authorizers[0].id
    if authentication == "bearer":
        return {"authorization": "CUSTOM", "authorizer_id": authorizer_id}
    return {
        "authorization": "COGNITO_USER_POOLS",
        "authorizer_id": authorizer_id,
        # Access tokens; without scopes, it would be ID tokens.
        "authorization_scopes": ["aws.cognito.signin.user.admin"],
    }


def key_authorizer(
    settings: Settings,
    rest_api: aws.apigateway.RestApi,
    api_role: aws.iam.Role,
    keys: Keys,
) -> aws.apigateway.Authorizer:
    """Whoever sends `Authorization: Bearer` and a key that we know."""
    function = authorizer_function(settings, keys)
    allowed = invoke_authorizer(api_role, function)
    return aws.apigateway.Authorizer(
        "keyAuthorizer",
        rest_api=rest_api.id,
        type="REQUEST",
        identity_source="method.request.header.Authorization",
        authorizer_uri=function.invoke_arn,
        authorizer_credentials=api_role.arn,
        authorizer_result_ttl_in_seconds=settings.authorizer_ttl,
        opts=pulumi.ResourceOptions(depends_on=[allowed]),
    )


def invoke_authorizer(
    api_role: aws.iam.Role, function: aws.lambda_.Function
) -> aws.iam.RolePolicy:
    """The role that the API assumes may invoke the authorizer, too."""
    invoke = {
        "Effect": "Allow",
        "Action": "lambda:InvokeFunction",
        "Resource": function.arn,
    }
    return aws.iam.RolePolicy(
        "invokeAuthorizer",
        role=api_role.id,
        policy=pulumi.Output.json_dumps(policy_document(invoke)),
    )


def authorizer_function(
    settings: Settings, keys: Keys
) -> aws.lambda_.Function:
    """The function that knows the keys: their SHA-256, not the keys."""
    log_group = aws.cloudwatch.LogGroup(
        "authorizerLogs", retention_in_days=settings.log_retention_days
    )
    role = authorizer_role(log_group)
    known = pulumi.Output.all(
        **{team: key.value for team, key in keys.items()}
    ).apply(hashes)
    return aws.lambda_.Function(
        "KeyAuthorizerLambda",
        role=role.arn,
        runtime="python3.12",
        handler="handler.handler",
        code=code_of("authorizer"),
        memory_size=256,
        timeout=5,
        reserved_concurrent_executions=settings.authorizer_concurrency,
        environment={"variables": {"KEYS": known}},
        logging_config={"log_format": "Text", "log_group": log_group.name},
    )


def hashes(keys: Mapping[str, str]) -> str:
    """Each team by the SHA-256 of its key, as JSON."""
    known = {
        hashlib.sha256(value.encode()).hexdigest(): team
        for team, value in keys.items()
    }
    return json.dumps(known, sort_keys=True)


def authorizer_role(log_group: aws.cloudwatch.LogGroup) -> aws.iam.Role:
    """The role the authorizer runs as: it may write its log, no more."""
    role = aws.iam.Role(
        "authorizerExecutionRole",
        assume_role_policy=trust_policy("lambda.amazonaws.com"),
    )
    rights = policy_document(write_log(log_group))
    aws.iam.RolePolicy(
        "authorizerRights",
        role=role.id,
        policy=pulumi.Output.json_dumps(rights),
    )
    return role


def encrypted_only(
    authentication: str, rest_api: aws.apigateway.RestApi
) -> list[Statement]:
    """For the resource policy: nobody is let in, calls without TLS are out.

    Who gets in is up to the authorizer, or to the callers' own IAM
    policies. Beside these, a policy that allows everyone would admit all of
    whom they say nothing. Beside a user pool, it has to allow.
    """
    calls = {
        "Principal": "*",
        "Action": "execute-api:Invoke",
        "Resource": pulumi.Output.concat(rest_api.execution_arn, "/*"),
    }
    without_tls = {"Bool": {"aws:SecureTransport": "false"}}
    refused = {"Effect": "Deny", **calls, "Condition": without_tls}
    if authentication == "cognito":
        return [{"Effect": "Allow", **calls}, refused]
    return [refused]


def only_from(
    rest_api: aws.apigateway.RestApi, addresses: list[str]
) -> Statement:
    """For the resource policy: no call but from these addresses (CIDR).

    Not a step of `gateway`: add it to the statements of `encrypted_only`.
    The refusal has to be explicit. Beside an authorizer that allows, a
    policy that is silent would let the caller in.
    """
    return {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "execute-api:Invoke",
        "Resource": pulumi.Output.concat(rest_api.execution_arn, "/*"),
        "Condition": {"NotIpAddress": {"aws:SourceIp": addresses}},
    }


def key_values(
    keys: Keys,
) -> pulumi.Output[dict[str, str]]:
    """What each team needs to call: its key, as a secret."""
    values = {team: key.value for team, key in keys.items()}
    return pulumi.Output.secret(pulumi.Output.all(**values))


# Chapter 10: people and machines


def user_pool(settings: Settings, authentication: str) -> Variables:
    """Where people sign in: a pool of users, and what a client names."""
    if authentication != "cognito":
        return {}
    pool = aws.cognito.UserPool(
        "callers",
        admin_create_user_config={"allow_admin_create_user_only": True},
        password_policy={
            "minimum_length": 14,
            "require_lowercase": True,
            "require_numbers": True,
            "require_symbols": False,
            "require_uppercase": True,
            "temporary_password_validity_days": 1,
        },
        deletion_protection="ACTIVE" if settings.protect else "INACTIVE",
    )
    return {
        "user_pool_id": pool.id,
        "user_pool_arn": pool.arn,
        "user_pool_client_id": pool_client(pool).id,
    }


def pool_client(pool: aws.cognito.UserPool) -> aws.cognito.UserPoolClient:
    """What signs people in to the pool, and in which ways it may."""
    return aws.cognito.UserPoolClient(
        "callersClient",
        user_pool_id=pool.id,
        # A password never travels: SRP proves it. Or a server of yours
        # signs people in, with IAM's permission.
        explicit_auth_flows=[
            "ALLOW_USER_SRP_AUTH",
            "ALLOW_ADMIN_USER_PASSWORD_AUTH",
            "ALLOW_REFRESH_TOKEN_AUTH",
        ],
        prevent_user_existence_errors="ENABLED",
    )


def pool_authorizer(
    rest_api: aws.apigateway.RestApi, pool: Variables
) -> aws.apigateway.Authorizer:
    """Whoever has signed in to the user pool and sends its token."""
    return aws.apigateway.Authorizer(
        "poolAuthorizer",
        rest_api=rest_api.id,
        type="COGNITO_USER_POOLS",
        identity_source="method.request.header.Authorization",
        provider_arns=[pool["user_pool_arn"]],
    )
