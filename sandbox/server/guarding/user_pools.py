"""Cognito: what an update of a client resets, and refresh tokens that rotate."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from typing import Any

from sandbox.server.base import emulator
from sandbox.server.base.emulator import Answer, Record

Call = Callable[[Record], Answer]

cognito: Any = None  # the emulator's module, once it is there

# What a client has that a program does not mention: UpdateUserPoolClient goes back to it.
DEFAULTS: Record = {
    "AccessTokenValidity": None,
    "AllowedOAuthFlows": [],
    "AllowedOAuthFlowsUserPoolClient": False,
    "AllowedOAuthScopes": [],
    "AnalyticsConfiguration": None,
    "AuthSessionValidity": 3,
    "CallbackURLs": [],
    "DefaultRedirectURI": "",
    "EnablePropagateAdditionalUserContextData": False,
    "EnableTokenRevocation": True,
    "ExplicitAuthFlows": [],
    "IdTokenValidity": None,
    "LogoutURLs": [],
    "PreventUserExistenceErrors": "LEGACY",
    "ReadAttributes": [],
    "RefreshTokenValidity": 30,
    "SupportedIdentityProviders": [],
    "TokenValidityUnits": {},
    "WriteAttributes": [],
}
ROTATION = "RefreshTokenRotation"


def create_client(original: Call) -> Call:
    def create(data: Record) -> Answer:
        answer = original(data)
        if answer[0] != 200 or not data.get(ROTATION):
            return answer
        made = json.loads(answer[2])["UserPoolClient"]
        pool = cognito._user_pools[made["UserPoolId"]]
        pool["_clients"][made["ClientId"]][ROTATION] = data[ROTATION]
        told = {"UserPoolClient": {**made, ROTATION: data[ROTATION]}}
        created: Answer = emulator.responses.json_response(told)
        return created

    return create


def update_client(original: Call) -> Call:
    def update(data: Record) -> Answer:
        pool = cognito._user_pools.get(data.get("UserPoolId")) or {}
        client = pool.get("_clients", {}).get(data.get("ClientId"))
        if client is not None:
            # None means "not set": such a member is not told.
            client[ROTATION] = data.get(ROTATION)
        return original({**DEFAULTS, **data})

    return update


def get_tokens(original: Call) -> Call:
    """A rotating refresh token is good for one use, and for retries while its grace lasts."""

    def get(data: Record) -> Answer:
        client_id, token = data.get("ClientId"), data.get("RefreshToken")
        pool, pool_id = cognito._pool_for_client(client_id) if client_id else (None, None)
        client = (pool or {}).get("_clients", {}).get(client_id) or {}
        rotation = client.get(ROTATION) or {}
        if pool is None or rotation.get("Feature") != "ENABLED" or not token:
            return original(data)
        used = pool.setdefault("_rotated", {})
        mark, now = hashlib.sha256(token.encode()).hexdigest(), time.time()
        if now - used.get(mark, now) > int(rotation.get("RetryGracePeriodSeconds") or 0):
            refused: Answer = emulator.responses.error_response_json(
                "RefreshTokenReuseException", "Refresh token has been reused", 400
            )
            return refused
        answer = original(data)
        if answer[0] != 200:
            return answer
        used.setdefault(mark, now)
        user, _ = cognito._refresh_auth_user(pool, pool_id, client_id, token)
        claims = cognito._token_claims(token)
        fresh = cognito._build_auth_result(
            pool_id, client_id, user, origin_jti=claims.get("origin_jti", "")
        )
        result = json.loads(answer[2])["AuthenticationResult"]
        told = {"AuthenticationResult": {**result, "RefreshToken": fresh["RefreshToken"]}}
        rotated: Answer = emulator.responses.json_response(told)
        return rotated

    return get


def install(module: Any) -> None:
    """Put these over the emulator's calls."""
    global cognito
    cognito = module
    module._create_user_pool_client = create_client(module._create_user_pool_client)
    module._update_user_pool_client = update_client(module._update_user_pool_client)
    module._get_tokens_from_refresh_token = get_tokens(module._get_tokens_from_refresh_token)
