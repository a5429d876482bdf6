"""Who may call the gateway, and how they prove it.

API Gateway knows four answers: everyone; whoever signs with IAM keys;
whoever a function of ours admits; whoever has a token of a user pool.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

if TYPE_CHECKING:
    from gateway.settings import Settings


@dataclass(frozen=True)
class Access:
    """What a method asks of its callers.

    Attributes:
        authorization: NONE, AWS_IAM, CUSTOM or COGNITO_USER_POOLS.
        authorizer: who decides, for CUSTOM and COGNITO_USER_POOLS.
        scopes: OAuth scopes of which a Cognito access token needs one; with
            none, the pool's ID tokens are asked for.
    """

    authorization: str
    authorizer: aws.apigateway.Authorizer | None = None
    scopes: list[str] | None = None

    @property
    def authorizer_id(self) -> pulumi.Output[str] | None:
        """The authorizer's id, as methods want it."""
        return self.authorizer.id if self.authorizer else None


EVERYONE = Access("NONE")


# Chapter 07: who may call


def team_keys(settings: Settings) -> dict[str, aws.apigateway.ApiKey]:
    """A key for each team. API Gateway makes its value, Pulumi hides it."""
    keys = {
        team: aws.apigateway.ApiKey(
            f"teamKey-{team}", description=f"Of the team {team}"
        )
        for team in settings.teams
    }
    values = {team: key.value for team, key in keys.items()}
    pulumi.export("team_keys", pulumi.Output.secret(values))
    return keys


def access(
    settings: Settings,
    rest_api: aws.apigateway.RestApi,
    api_role: aws.iam.Role,
    keys: dict[str, aws.apigateway.ApiKey],
) -> Access:
    """Who may call, as the settings say. Everyone is no choice."""
    if settings.authentication == "iam":
        return signed_access()
    if settings.authentication == "cognito":
        return user_pool_access(rest_api)
    return bearer_access(settings, rest_api, api_role, keys)


def signed_access() -> Access:
    """Whoever signs with keys of this account and has an IAM policy."""
    return Access("AWS_IAM")


def bearer_access(
    settings: Settings,
    rest_api: aws.apigateway.RestApi,
    api_role: aws.iam.Role,
    keys: dict[str, aws.apigateway.ApiKey],
) -> Access:
    """Whoever sends `Authorization: Bearer` and a key that we know."""
    function = authorizer_function(settings, keys)
    invoke = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "lambda:InvokeFunction",
                "Resource": function.arn,
            }
        ],
    }
    allowed = aws.iam.RolePolicy(
        "invokeAuthorizer",
        role=api_role.id,
        policy=pulumi.Output.json_dumps(invoke),
    )
    authorizer = aws.apigateway.Authorizer(
        "keyAuthorizer",
        rest_api=rest_api.id,
        type="REQUEST",
        identity_source="method.request.header.Authorization",
        authorizer_uri=function.invoke_arn,
        authorizer_credentials=api_role.arn,
        authorizer_result_ttl_in_seconds=settings.authorizer_ttl,
        opts=pulumi.ResourceOptions(depends_on=[allowed]),
    )
    return Access("CUSTOM", authorizer)


def authorizer_function(
    settings: Settings, keys: dict[str, aws.apigateway.ApiKey]
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
        code=settings.authorizer_code,
        memory_size=256,
        timeout=5,
        environment={"variables": {"KEYS": known}},
        logging_config={"log_format": "Text", "log_group": log_group.name},
    )


def hashes(keys: dict[str, str]) -> str:
    """Each team by the SHA-256 of its key, as JSON."""
    known = {
        hashlib.sha256(value.encode()).hexdigest(): team
        for team, value in keys.items()
    }
    return json.dumps(known, sort_keys=True)


def authorizer_role(log_group: aws.cloudwatch.LogGroup) -> aws.iam.Role:
    """The role the authorizer runs as: it may write its log, no more."""
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    role = aws.iam.Role(
        "authorizerExecutionRole", assume_role_policy=json.dumps(trust)
    )
    write_log = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                "Resource": pulumi.Output.concat(log_group.arn, ":*"),
            }
        ],
    }
    aws.iam.RolePolicy(
        "authorizerWriteLog",
        role=role.id,
        policy=pulumi.Output.json_dumps(write_log),
    )
    return role


def user_pool_access(rest_api: aws.apigateway.RestApi) -> Access:
    """Whoever has signed in to a Cognito user pool and sends its token."""
    pool = aws.cognito.UserPool(
        "callers",
        admin_create_user_config={"allow_admin_create_user_only": True},
        password_policy={"minimum_length": 14},
    )
    client = aws.cognito.UserPoolClient(
        "callersClient",
        user_pool_id=pool.id,
        explicit_auth_flows=[
            "ALLOW_USER_PASSWORD_AUTH",
            "ALLOW_REFRESH_TOKEN_AUTH",
        ],
        prevent_user_existence_errors="ENABLED",
    )
    authorizer = aws.apigateway.Authorizer(
        "poolAuthorizer",
        rest_api=rest_api.id,
        type="COGNITO_USER_POOLS",
        identity_source="method.request.header.Authorization",
        provider_arns=[pool.arn],
    )
    pulumi.export("user_pool_id", pool.id)
    pulumi.export("user_pool_client_id", client.id)
    return Access("COGNITO_USER_POOLS", authorizer)


def only_from(
    rest_api: aws.apigateway.RestApi, addresses: list[str]
) -> aws.apigateway.RestApiPolicy:
    """A resource policy for callers from these addresses (CIDR) alone.

    Not a step of `gateway`: take it in place of `resource_policy`. The
    refusal has to be explicit. Beside an authorizer that allows, a policy
    that is silent would let the caller in.
    """
    every_path = pulumi.Output.concat(rest_api.execution_arn, "/*")
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": "*",
                "Action": "execute-api:Invoke",
                "Resource": every_path,
            },
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "execute-api:Invoke",
                "Resource": every_path,
                "Condition": {"NotIpAddress": {"aws:SourceIp": addresses}},
            },
        ],
    }
    return aws.apigateway.RestApiPolicy(
        "languageModelApiPolicy",
        rest_api_id=rest_api.id,
        policy=pulumi.Output.json_dumps(policy),
    )


def encrypted_only(
    rest_api: aws.apigateway.RestApi,
) -> aws.apigateway.RestApiPolicy:
    """A resource policy that lets nobody in, and refuses calls without TLS.

    It stands in for `resource_policy` where callers sign. Who gets in is
    then up to their own IAM policies; a policy that allows everyone would
    admit all who can sign, whatever their own policies say.
    """
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "execute-api:Invoke",
                "Resource": pulumi.Output.concat(
                    rest_api.execution_arn, "/*"
                ),
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ],
    }
    return aws.apigateway.RestApiPolicy(
        "languageModelApiPolicy",
        rest_api_id=rest_api.id,
        policy=pulumi.Output.json_dumps(policy),
    )
