"""Who a signature makes its caller: nobody is the account's root but who has the home's root key.

The emulator takes `test`, every number of twelve digits and no key at all for the root user, and
does not look at their signatures. It derives the keys of a function's role from the function's
name, and links to code from nothing. Here the root key is one like any other: its signature is
checked; and what is given out cannot be made up by who does not have it.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import time
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sandbox.root_key import RootKey
from sandbox.server.base import emulator

iam = emulator.iam_evaluator

# What goes on unsigned, to be judged by rules of its own: an API's authorization, that of a
# function's URL, a bucket's policy, the policy in a form.
JUDGED_LATER = frozenset(
    (
        "execute-api:Invoke",
        "lambda:InvokeFunctionUrl",
        "s3:DeleteObject",
        "s3:GetObject",
        "s3:GetObjectVersion",
        "s3:ListBucket",
        "s3:PutObject",
    )
)
LINK_LASTS = 600  # seconds, as Lambda's links to a function's code do
LINKED = ("/_ministack/lambda-code/", "/_ministack/lambda-layers/")


def derived(key: RootKey, purpose: str, text: str) -> str:
    """A secret that only this account can make of a text."""
    return hmac.new(key.secret.encode(), f"{purpose}\n{text}".encode(), hashlib.sha256).hexdigest()


# The root user


def resolving(original: Callable[..., Any], key: RootKey) -> Callable[..., Any]:
    """The root key's credential; all other keys are the emulator's, which has them from IAM."""
    unasked = iam._SESSION_TOKEN_NOT_CHECKED

    def resolve(
        access_key_id: str, account_id: str | None = None, session_token: Any = unasked
    ) -> Any:
        if access_key_id != key.id:
            return original(access_key_id, account_id, session_token)
        if session_token is not unasked and session_token:
            return iam._invalid_session_token()
        account_id = account_id or emulator.responses.get_account_id()
        return iam.ResolvedCredential(
            access_key_id=key.id,
            secret_access_key=key.secret,
            account_id=account_id,
            principal_arn=f"arn:aws:iam::{account_id}:root",
            principal_id=account_id,
            principal_type="Root",
            source_access_key_id=key.id,
        )

    return resolve


def identifying(original: Callable[[str], Any], key: RootKey) -> Callable[[str], Any]:
    """Who has a key, as API Gateway tells it to a function: the root user too."""

    def identify(access_key_id: str) -> Any:
        if access_key_id != key.id:
            return original(access_key_id)
        account = emulator.responses.get_account_id()
        return {
            "accessKey": access_key_id,
            "accountId": account,
            "userArn": f"arn:aws:iam::{account}:root",
            "userId": account,
            "principalOrgId": iam._principal_org_id(account),
            "session": None,
        }

    return identify


def enforcing(original: Callable[..., Any]) -> Callable[..., Any]:
    """No key is nobody: it goes on only to where an unsigned request is judged by its own rules."""

    def enforce(access_key_id: str, action: str, service: str, *more: Any, **named: Any) -> Any:
        if not access_key_id and iam._signed_request.get() is None:
            if action in JUDGED_LATER or iam._served_unsigned(service, action):
                return None  # the latter is signing in to a user pool, say
            return _unsigned(service, action, *more, **named)
        return original(access_key_id, action, service, *more, **named)

    return enforce


def _unsigned(
    service: str, action: str, region: str = "", resource_arn: str = "*", *_: Any, **__: Any
) -> Any:
    text = emulator.iam_actions.anonymous_denial_message(service, action, resource_arn)
    return iam.AuthError("MissingAuthenticationToken", text)


def checking(original: Callable[..., Any]) -> Callable[..., Any]:
    """The same for a call that no policy can name."""

    def check(access_key_id: str, service: str | None = None) -> Any:
        if not access_key_id and iam._signed_request.get() is None:
            return iam.AuthError("MissingAuthenticationToken", "Missing Authentication Token")
        return original(access_key_id, service)

    return check


# The roles of functions


def executing(key: RootKey) -> Callable[[dict[str, Any]], dict[str, str]]:
    """A function's keys: the same for as long as its role is, and not to be worked out by others."""

    def credentials(config: dict[str, Any]) -> dict[str, str]:
        account, _ = emulator.lambda_runtime._account_region_from_function_config(config)
        role = config.get("Role", "")
        name = f"{config['FunctionArn']} {role}"
        found = {
            "AWS_ACCESS_KEY_ID": f"ASIA{derived(key, 'id', name)[:16].upper()}",
            "AWS_SECRET_ACCESS_KEY": derived(key, "secret", name)[:40],  # as long as AWS's
            "AWS_SESSION_TOKEN": derived(key, "token", name),
        }
        user = f"{role.rsplit('/', 1)[-1]}/{config.get('FunctionName', 'function')[:64]}"
        session = {
            "Arn": f"arn:aws:sts::{account}:assumed-role/{user}",
            "UserId": user.replace("/", ":"),
            "SecretAccessKey": found["AWS_SECRET_ACCESS_KEY"],
            "SessionToken": found["AWS_SESSION_TOKEN"],
        }
        emulator.app._get_module("sts").register_session(found["AWS_ACCESS_KEY_ID"], session)
        return found

    return credentials


# Links to code


def linking(original: Callable[..., str], key: RootKey) -> Callable[..., str]:
    """A link to a function's or a layer's code that is good for ten minutes, as S3's are."""

    def link(*arguments: Any) -> str:
        path = urlsplit(original(*arguments)).path
        now = int(time.time())
        date = datetime.fromtimestamp(now, timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        until = now + LINK_LASTS
        return (
            f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}{path}?X-Amz-Algorithm=AWS4-HMAC-SHA256"
            f"&X-Amz-Date={date}&X-Amz-Expires={LINK_LASTS}&X-Amz-SignedHeaders=host"
            f"&Expires={until}&X-Amz-Signature={derived(key, 'link', f'{path} {until}')}"
        )

    return link


def linked(key: RootKey, method: str, path: str, query: str) -> bool:
    """Whether a request follows a link that this account gave out, in time."""
    if method != "GET" or not path.startswith(LINKED):
        return False
    given = {name: values[0] for name, values in parse_qs(query).items()}
    until = given.get("Expires", "")
    wanted = derived(key, "link", f"{path} {until}")
    same = hmac.compare_digest(given.get("X-Amz-Signature", "").encode(), wanted.encode())
    return same and int(until) >= time.time()


def install(key: RootKey) -> None:
    """Put this over the emulator's; before any module of it is loaded that imports these names."""
    iam.is_root_access_key = lambda access_key_id: access_key_id == key.id
    # It asks this one where it would spare a key the check of its signature: it spares none.
    iam._is_root_key = lambda access_key_id: False
    iam.resolve_credential = resolving(iam.resolve_credential, key)
    iam.resolve_caller_identity = identifying(iam.resolve_caller_identity, key)
    iam.enforce = enforcing(iam.enforce)
    iam.check_credentials = checking(iam.check_credentials)
    runtime, lambdas = emulator.lambda_runtime, emulator.lambdas
    runtime.execution_credentials = executing(key)
    lambdas.execution_credentials = runtime.execution_credentials
    lambdas._presigned_code_url = linking(lambdas._presigned_code_url, key)
    lambdas._layer_content_url = linking(lambdas._layer_content_url, key)
