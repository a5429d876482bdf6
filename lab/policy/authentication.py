"""Whether a caller proves who they are, as each authorization of a method wants it proved."""

from __future__ import annotations

from lab.policy.routes import COGNITO, CUSTOM, IAM, NONE, Route

ANONYMOUS, SIGNED, BEARER, USER = "anonymous", "iam", "bearer", "cognito"

# What is answered to who does not: status and message; None to who does.
Refusal = tuple[int, str] | None


def authenticate(route: Route, kind: str, token: str) -> tuple[Refusal, str]:
    """The refusal, if there is one, and why.

    Args:
        kind: of the caller: anonymous, iam, bearer or cognito.
        token: "valid", or what is wrong with it.
    """
    check = {NONE: _no_one, IAM: _signature, CUSTOM: _token, COGNITO: _pool}
    return check[route.authorization](route, kind, token)


def _no_one(route: Route, kind: str, token: str) -> tuple[Refusal, str]:
    return None, "the method asks nobody who they are"


def _signature(route: Route, kind: str, token: str) -> tuple[Refusal, str]:
    if kind == ANONYMOUS:
        return (403, "Missing Authentication Token"), "the request is not signed"
    if kind != SIGNED:
        said = "Invalid key=value pair (missing equal-sign) in Authorization header"
        return (403, said), "the Authorization header holds a token, and no signature"
    if token == "valid":
        return None, "signed with keys that IAM knows"
    said = "The security token included in the request is " + (
        "expired" if token == "expired" else "invalid."
    )
    return (403, said), f"signed with keys that are {token}"


def _token(route: Route, kind: str, token: str) -> tuple[Refusal, str]:
    if kind == ANONYMOUS or not token:
        why = f"{route.identity} is missing; the authorizer is not even asked"
        return (401, "Unauthorized"), why
    if kind == BEARER and token == "valid":
        return None, "the authorizer knows the token, and returns a policy"
    if kind != BEARER:
        return None, "the authorizer is asked about what this caller sends, and may answer anything"
    return (401, "Unauthorized"), "the authorizer does not know the token"


def _pool(route: Route, kind: str, token: str) -> tuple[Refusal, str]:
    wanted = "access" if route.scopes else "valid"
    if kind != USER or token == "unknown":
        return (401, "Unauthorized"), "there is no token of the user pool"
    if token == "expired":
        return (401, "The incoming token has expired"), "the token has expired"
    if token == wanted:
        return None, "the token is one of the user pool"
    needs = "an access token with one of its scopes" if route.scopes else "an ID token"
    return (401, "Unauthorized"), f"this method takes {needs}"
