"""The smallest change that turns a decision round, where one stands out."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from lab.policy.access import decide
from lab.policy.authentication import BEARER, SIGNED, USER
from lab.policy.conditions import CannotTell, words
from lab.policy.decision import BY_NOTHING, BY_STATEMENT, RESOURCE, Caller, Decision
from lab.policy.routes import COGNITO, CUSTOM, IAM, Api, route_of
from lab.policy.statements import ACTION, statements, without


@dataclass(frozen=True)
class Flip:
    """A change, in words, and what is decided with it."""

    change: str
    verdict: str


Case = tuple[str, Api, Caller]
Named = tuple[tuple[str, Any], ...]


def smallest(api: Api, caller: Caller, method: str, path: str, now: Decision) -> Flip | None:
    """The change, or None where none or several stand out, or nothing is decided."""
    if not now.sure:
        return None
    if now.allowed:
        found = [*_turned(_fewer(api, caller), method, path, now)]
        return found[0] if len(found) == 1 else None
    if now.verdict == BY_STATEMENT:
        found = [*_turned(_elsewhere(api, caller), method, path, now)]
        found = found or [*_turned(_fewer(api, caller), method, path, now)]
        return found[0] if len(found) == 1 else None
    return next(_turned(_more(api, caller, method, path, now), method, path, now), None)


def _turned(cases: Iterator[Case], method: str, path: str, now: Decision) -> Iterator[Flip]:
    for change, api, caller in cases:
        then = decide(api, caller, method, path)
        if then.sure and then.allowed != now.allowed:
            yield Flip(change, then.verdict)


def _fewer(api: Api, caller: Caller) -> Iterator[Case]:
    """Each statement left out, one at a time."""
    for one in _read(api.policy, RESOURCE):
        # A policy without any statement is none, and then a public API is open.
        left = without(api.policy, one.number) or _NOTHING
        yield f"without {one.name}", replace(api, policy=left), caller
    for at, (name, document) in enumerate(caller.policies):
        for one in _read(document, name):
            own = list(caller.policies)
            own[at] = (name, without(document, one.number))
            yield f"without {one.name}", api, replace(caller, policies=tuple(own))


# A policy that is silent about every call.
_NOTHING = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": []}, "Action": ACTION,
                           "Resource": "*"}]}  # fmt: skip


def _read(document: Any, source: str) -> list[Any]:
    try:
        return statements(document, source) if document is not None else []
    except CannotTell:
        return []


def _elsewhere(api: Api, caller: Caller) -> Iterator[Case]:
    """The same call from an address that a condition names, the first such range."""
    seen: list[str] = []
    documents = [(RESOURCE, api.policy), *caller.policies]
    for source, document in documents:
        for one in _read(document, source):
            conditions = one.content.get("Condition")
            for pairs in conditions.values() if isinstance(conditions, dict) else ():
                found = next((v for k, v in pairs.items() if k.lower() == "aws:sourceip"), ())
                seen += [text for text in words(found) if text not in seen]
    for text in seen[:1]:
        try:
            network = ipaddress.ip_network(text, strict=False)
        except ValueError:
            return
        yield f"from an address in {network}", api, replace(caller, source_ip=str(network[0]))


def _more(api: Api, caller: Caller, method: str, path: str, now: Decision) -> Iterator[Case]:
    """What the caller or the policy lacks, the least first."""
    route = route_of(api, method.upper(), path.split("?")[0] or "/")
    if route is None:
        return
    arn = api.arn(method.upper(), path)
    grant = {"Effect": "Allow", "Action": ACTION, "Resource": arn}
    if now.verdict != BY_NOTHING and route.authorization == CUSTOM:
        known: Named = (("the authorizer's policy", {"Statement": [grant]}),)
        more = replace(
            caller, kind=BEARER, token="valid", policies=known, known=True, key=route.key_required
        )
        yield "with a token that the authorizer knows, in `Authorization: Bearer …`", api, more
    if now.verdict != BY_NOTHING and route.authorization == IAM:
        # Signed by whoever has an identity policy for it: the signature is what is missing.
        name = f"arn:aws:iam::{api.account}:user/someone"
        signed = replace(caller, kind=SIGNED, token="valid", arn=name, account=api.account)
        yield "signed with IAM keys (SigV4)", api, signed
        own: Named = (("the identity policy", {"Statement": [grant]}),)
        change = f"signed with IAM keys (SigV4) whose identity policy allows {ACTION} on {arn}"
        yield change, api, replace(signed, policies=own)
    if now.verdict != BY_NOTHING and route.authorization == COGNITO:
        token = "access" if route.scopes else "valid"
        kind = "an access token" if route.scopes else "an ID token"
        yield f"with {kind} of the user pool", api, replace(caller, kind=USER, token=token)
    if now.verdict != BY_NOTHING and caller.key is False:
        yield "with an API key in a usage plan of this stage", api, replace(caller, key=True)
    if route.authorization == IAM and caller.kind == SIGNED and not caller.root:
        own = (*caller.policies, ("the identity policy", {"Statement": [grant]}))
        change = f"with an identity policy that allows {ACTION} on {arn}"
        yield change, api, replace(caller, policies=own)
    everyone = {**grant, "Principal": "*"}
    listed = [one.content for one in _read(api.policy, RESOURCE)]
    more_policy = {"Statement": [*listed, everyone]}
    change = f"with a statement in the resource policy that allows {ACTION} on {arn}"
    yield change, replace(api, policy=more_policy), caller
