"""Callers of an API by name: teams, IAM users and roles with their policies, and strangers."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import BotoCoreError, ClientError

from lab.errors import LabError
from lab.policy import deployed
from lab.policy.authentication import ANONYMOUS, BEARER, SIGNED, USER
from lab.policy.case import Trial
from lab.policy.decision import Caller
from lab.policy.routes import Api
from lab.policy.statements import ACTION
from lab.prompt import keys
from lab.prompt.meaning import no_answer, where
from lab.prompt.request import Request, Secret
from lab.prompt.transport import NoAnswer, Transport

UNKNOWN_KEY = "unknown key"
ME = "me"
TOKENS = ("valid", "unknown", "expired", "access")
STRANGE = "a-key-that-nobody-has-made"
PROOFS = ("Authorization", "X-Amz-Security-Token")
OWN_ADDRESS = "127.0.0.1"  # of calls to the sandbox
RETURNED = "the authorizer's policy"


class Callers:
    """Who may call an API, looked up when asked for.

    Args:
        url: where the stage is served; "" when the API is made up, and nothing can be sent.
        teams: the teams' keys by the teams' names.
    """

    def __init__(self, api: Api, url: str, teams: Callable[[], Mapping[str, str]]) -> None:
        self._api, self._url, self._teams = api, url, teams
        self._local = where(url).startswith("sandbox")

    def names(self) -> list[str]:
        """Callers to choose from."""
        known = [*self._teams()]
        return [ANONYMOUS, *known, UNKNOWN_KEY, BEARER, SIGNED, USER, *([ME] if self._url else [])]

    def sendable(self) -> list[str]:
        """Those of them that can be called as without credentials."""
        return [one for one in self.names() if one not in (BEARER, SIGNED, USER)]

    def make(
        self,
        name: str,
        *,
        policy: Any = None,
        token: str = "valid",
        key: bool | None = None,
        source_ip: str | None = None,
        account: str | None = None,
        context: Mapping[str, str | None] | None = None,
    ) -> Caller:
        """A caller by name; the arguments are those of `explain`.

        Raises:
            LabError: there is no such caller, token or address.
        """
        if token not in TOKENS:
            raise LabError(f"There is no token {token!r}.", f"Use one of {', '.join(TOKENS)}.")
        address = source_ip or (OWN_ADDRESS if self._local else "")
        try:
            ipaddress.ip_address(address or OWN_ADDRESS)
        except ValueError:
            raise LabError(f"{address!r} is no IP address.", "Write 192.0.2.7.") from None
        given = () if policy is None else tuple(policy if isinstance(policy, list) else [policy])
        common: dict[str, Any] = {
            "token": token,
            "source_ip": address,
            "values": {k: v if v is None else str(v) for k, v in (context or {}).items()},
        }
        return self._make(name, given, common, key, account or self._api.account)

    def _make(
        self,
        name: str,
        given: tuple[Any, ...],
        common: dict[str, Any],
        key: bool | None,
        account: str,
    ) -> Caller:
        returned = tuple((RETURNED, one) for one in given)
        own = tuple(
            (_numbered("the identity policy", n, given), one) for n, one in enumerate(given)
        )
        if name == ANONYMOUS:
            return Caller(ANONYMOUS, name, key=bool(key), **common)
        if name == USER:
            return Caller(USER, name, key=bool(key), **common)
        if name == SIGNED:
            arn = f"arn:aws:iam::{account}:user/someone"
            return Caller(SIGNED, name, arn=arn, account=account, policies=own, key=bool(key),
                          **common)  # fmt: skip
        if name == ME or name.startswith(("user/", "role/")):
            arn, found, limits = _identity(name)
            return Caller(SIGNED, name, arn=arn, account=arn.split(":")[4],
                          policies=own or found, key=bool(key), limits=limits,
                          **common)  # fmt: skip
        if name == UNKNOWN_KEY:
            return Caller(BEARER, name, key=bool(key), **{**common, "token": "unknown"})
        if name == BEARER:
            return Caller(BEARER, name, policies=returned, known=bool(given), key=key, **common)
        return self._team(name, returned, common, key)

    def _team(
        self, name: str, returned: tuple[tuple[str, Any], ...], common: dict[str, Any], key: Any
    ) -> Caller:
        teams = self._teams()
        if name not in teams:
            known = ", ".join([*self.names(), "user/NAME", "role/NAME"])
            raise LabError(f"There is no caller {name!r}.", f"Name one of {known}.")
        has = deployed.in_plan(self._api, teams[name]) if key is None else key
        return Caller(BEARER, name, policies=returned or self._granted(), key=has, **common)

    def _granted(self) -> tuple[tuple[str, Any], ...]:
        """What gateway/functions/authorizer returns for a key that it knows."""
        home = self._api.arn("*", "*").rsplit("/", 2)[0]
        statement = {"Effect": "Allow", "Action": ACTION, "Resource": f"{home}/*"}
        return (
            (f"{RETURNED}, as gateway/functions/authorizer has it", {"Statement": [statement]}),
        )

    # Asking the gateway itself

    def send(self, caller: Caller, method: str, path: str, credentials: Any) -> Trial:
        """Call the gateway as this caller; with an empty object where there is a body.

        Raises:
            LabError: nothing answered, or there is nothing to sign with.
        """
        if not self._url:
            raise LabError(
                "This API is made up of arguments: there is nothing to call.",
                "Leave out the arguments of policy_tester(), once a stack is deployed.",
            )
        payload: Any = {} if method.upper() in ("POST", "PUT", "PATCH") else None
        request = Request(method.upper(), f"{self._url.rstrip('/')}/{path.lstrip('/')}", payload)
        headers = self._proof(caller, request, credentials)
        request = Request(request.method, request.url, payload, headers)
        try:
            reply = Transport().send(request).covered(request)
        except NoAnswer as failure:
            what, fix = no_answer(failure.kind, request.url, failure.detail, failure.waited)
            raise LabError(what, fix) from None
        return Trial(reply, self._differs(caller, credentials))

    def _proof(self, caller: Caller, request: Request, credentials: Any) -> dict[str, str | Secret]:
        if caller.kind == ANONYMOUS:
            return {}
        if caller.kind == SIGNED:
            return _signature(caller, request, credentials, self._api.region)
        if caller.name == UNKNOWN_KEY or (caller.token == "unknown" and not credentials):
            return {**keys.bearer(STRANGE)}
        value = credentials or self._teams().get(caller.name)
        if not isinstance(value, str):
            raise LabError(
                f"There is no token to send as {caller.name!r}.", "Give it: credentials=TOKEN."
            )
        return {**keys.bearer(value)}

    def _differs(self, caller: Caller, credentials: Any) -> str:
        """Why the call that is sent is not quite the one that is explained."""
        if self._local and caller.source_ip != OWN_ADDRESS:
            return f"it came from {OWN_ADDRESS}, not from {caller.source_ip}"
        if not self._local and caller.source_ip:
            return f"it came from this machine's address, perhaps not {caller.source_ip}"
        if caller.values:
            return "its condition keys are not those that were given"
        if caller.name in self._teams() and caller.policies != self._granted():
            return "the authorizer returns its own policy, not the one that was given"
        if caller.kind == SIGNED and not credentials and caller.name != ME:
            return "it was signed with your own keys"
        return ""


def _numbered(name: str, number: int, given: tuple[Any, ...]) -> str:
    return f"{name} {number + 1}" if len(given) > 1 else name


def _signature(
    caller: Caller, request: Request, credentials: Any, region: str
) -> dict[str, str | Secret]:
    """The headers of a signature (SigV4) over a request."""
    found: Any = boto3.Session().get_credentials()
    if credentials:
        found = Credentials(*credentials)
    elif found is not None:
        found = found.get_frozen_credentials()
    if found is None or caller.token != "valid":
        found = Credentials("AKIAIOSFODNN7EXAMPLE", "no-secret-of-anyone")
    signed = AWSRequest(
        request.method, request.url, data=request.body, headers=request.sent_headers()
    )
    SigV4Auth(found, "execute-api", region).add_auth(signed)
    return {
        name: Secret(value, "SIGNATURE") if name in PROOFS else value
        for name, value in signed.headers.items()
    }


def _identity(name: str) -> tuple[str, tuple[tuple[str, Any], ...], tuple[str, ...]]:
    """The ARN of an IAM user or role, its policies, and what else limits it.

    Raises:
        LabError: there is none, or it may not be read.
    """
    iam = boto3.client("iam")
    try:
        arn = ""
        if name == ME:
            arn = boto3.client("sts").get_caller_identity()["Arn"]
            if arn.endswith(":root"):
                return arn, (), ()
            found = re.search(r":(user|assumed-role)/(?:.*/)?([^/]+)(?:/[^/]+)?$", arn)
            named = re.search(r":assumed-role/([^/]+)/", arn)
            name = f"role/{named[1]}" if named else f"user/{found[2] if found else ''}"
        kind, _, own = name.partition("/")
        if kind == "user":
            user = iam.get_user(UserName=own)["User"]
            return arn or user["Arn"], tuple(_of_user(iam, own)), _limits(user)
        role = iam.get_role(RoleName=own)["Role"]
        account = role["Arn"].split(":")[4]
        session = f"arn:aws:sts::{account}:assumed-role/{own}/session"
        return arn or session, tuple(_of(iam, "role", own)), _limits(role)
    except (BotoCoreError, ClientError) as error:
        raise LabError(f"{name} cannot be read from IAM: {error}", "Is its name right?") from None


def _limits(identity: Mapping[str, Any]) -> tuple[str, ...]:
    return ("the permissions boundary",) if identity.get("PermissionsBoundary") else ()


def _of_user(iam: Any, name: str) -> Iterator[tuple[str, Any]]:
    yield from _of(iam, "user", name)
    for group in iam.list_groups_for_user(UserName=name)["Groups"]:
        yield from _of(iam, "group", group["GroupName"])


def _of(iam: Any, kind: str, name: str) -> Iterator[tuple[str, Any]]:
    """The policies in and on a user, a group or a role."""
    who = {f"{kind.capitalize()}Name": name}
    for inline in getattr(iam, f"list_{kind}_policies")(**who)["PolicyNames"]:
        found = getattr(iam, f"get_{kind}_policy")(**who, PolicyName=inline)
        yield f"the policy {inline} of {kind}/{name}", found["PolicyDocument"]
    for attached in getattr(iam, f"list_attached_{kind}_policies")(**who)["AttachedPolicies"]:
        arn = attached["PolicyArn"]
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        found = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]
        yield f"the policy {attached['PolicyName']} on {kind}/{name}", found["Document"]
