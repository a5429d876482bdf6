"""A REST API as far as it decides who may call: its methods, and which of them takes a call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

NONE, IAM, CUSTOM, COGNITO = "NONE", "AWS_IAM", "CUSTOM", "COGNITO_USER_POOLS"
AUTHORIZATIONS = (NONE, IAM, CUSTOM, COGNITO)


@dataclass(frozen=True)
class Route:
    """A method of a path: what it asks of callers.

    Attributes:
        identity: where an authorizer looks, `method.request.header.Authorization`.
        scopes: OAuth scopes; with them Cognito's access tokens count, without them ID tokens.
    """

    method: str
    path: str
    authorization: str = NONE
    key_required: bool = False
    identity: str = "method.request.header.Authorization"
    scopes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """`ANY /model`."""
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class Api:
    """A REST API as far as it decides who may call."""

    id: str
    stage: str
    region: str
    account: str
    routes: tuple[Route, ...]
    policy: Any = None
    private: bool = False
    key_source: str = "HEADER"

    def arn(self, method: str, path: str) -> str:
        """The call as policies name it."""
        home = f"arn:aws:execute-api:{self.region}:{self.account}:{self.id}"
        return f"{home}/{self.stage}/{method}/{path.strip('/')}"


def route_of(api: Api, method: str, path: str) -> Route | None:
    """The method that takes a call: a named part beats {one}, which beats {rest+}; ANY is last."""
    fits = [
        (_rank(route.path), route.method == "ANY", route)
        for route in api.routes
        if route.method in (method, "ANY") and _fits(route.path, path)
    ]
    return min(fits, key=lambda found: found[:2])[2] if fits else None


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part]


def _fits(template: str, path: str) -> bool:
    wanted, given = _parts(template), _parts(path)
    if wanted and wanted[-1].endswith("+}"):
        wanted, given = wanted[:-1], given[: len(wanted) - 1] if len(given) >= len(wanted) else []
        if not given and (wanted or not _parts(path)):
            return False
    if len(wanted) != len(given):
        return False
    return all(w == g or w.startswith("{") for w, g in zip(wanted, given))


def _rank(template: str) -> list[int]:
    return [2 if p.endswith("+}") else 1 if p.startswith("{") else 0 for p in _parts(template)]
