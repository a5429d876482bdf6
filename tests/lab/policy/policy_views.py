"""The policy tester in every state, for the tests of all views; nothing in it asks a network."""

from __future__ import annotations

from typing import Any

from lab.draw.guard import Failure
from lab.draw.view import View
from lab.policy.authentication import ANONYMOUS, BEARER
from lab.policy.case import Trial
from lab.policy.decision import Caller
from lab.policy.routes import CUSTOM, Api, Route
from lab.policy.tester import PolicyTester
from lab.prompt.state import Reply

ARN = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5"


def statement(effect: str = "Allow", resource: str = f"{ARN}/*", **more: Any) -> dict[str, Any]:
    """A statement of a resource policy about everyone."""
    return {"Effect": effect, "Principal": "*", "Action": "execute-api:Invoke",
            "Resource": resource, **more}  # fmt: skip


def policy(*statements: Any) -> dict[str, Any]:
    """A policy."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def granted(effect: str = "Allow", resource: str = f"{ARN}/*", **more: Any) -> dict[str, Any]:
    """A policy that names no principal: of an identity, or as an authorizer returns it."""
    one = {"Effect": effect, "Action": "execute-api:Invoke", "Resource": resource, **more}
    return policy(one)


def api(kind: str = CUSTOM, policy: Any = None, **more: Any) -> Api:
    """An API with /model and /models/{model}."""
    routes = (Route("ANY", "/model", kind), Route("GET", "/models/{model}", kind))
    made = {"routes": routes, "policy": policy, **more}
    return Api("a1b2c3d4e5", "v1", "us-east-1", "123456789012", **made)


OFFICE = {"NotIpAddress": {"aws:SourceIp": ["192.0.2.0/24"]}}
ONLY_OFFICE = policy(statement(), statement("Deny", Sid="OnlyOffice", Condition=OFFICE))


class People:
    """Callers without a network: who they are, and what the gateway would answer."""

    def __init__(self, status: int = 403, name: str = "anonymous") -> None:
        self.status, self.name, self.sent = status, name, 0

    def names(self) -> list[str]:
        return [self.name, "blue"]

    sendable = names

    def make(self, name: str, **more: Any) -> Caller:
        address = more.get("source_ip") or "203.0.113.10"
        token = more.get("token", "valid")
        if name == "blue":
            own = (("the authorizer's policy", more.get("policy") or granted()),)
            return Caller(BEARER, name, token, policies=own, key=True, source_ip=address)
        return Caller(ANONYMOUS, name, source_ip=address)

    def send(self, caller: Caller, method: str, path: str, credentials: Any) -> Trial:
        self.sent += 1
        kind = {"x-amzn-ErrorType": "AccessDeniedException"} if self.status >= 400 else {}
        headers = {"x-amzn-RequestId": "r-1", **kind}
        return Trial(Reply(self.status, headers, '{"Message": "no <b>"}', 0.1))


def sample(of: Api | None = None, people: People | None = None, supposed: str = "") -> PolicyTester:
    """A policy tester of an API that admits an office's addresses only."""
    return PolicyTester(of or api(policy=ONLY_OFFICE), people or People(), supposed)


def policy_views(text: str = "POST") -> dict[str, View]:
    """Each view in each of its states; `text` is what a stranger may write."""
    hostile = text != "POST"
    path = f"/{text}" if hostile else "/model"
    sid = {"Sid": text} if hostile else {}
    doubtful = policy(statement(Condition={"StringEquals": {"aws:PrincipalOrgID": text}}, **sid))
    open_to_all = api("NONE", policy(statement(**sid)))
    made = {
        "denied": sample().explain("POST", path),
        "allowed": sample(open_to_all).explain("POST", "/model"),
        "silent": sample(api("NONE", policy(statement(resource=text)))).explain("POST", "/model"),
        "unsure": sample(api("NONE", doubtful)).explain("POST", "/model"),
        "agrees": sample().explain("POST", "/model", send=True),
        "disagrees": sample(people=People(200)).explain("POST", "/model", send=True),
        "supposed": sample(supposed="one policy was given").explain("POST", "/model", send=True),
        "table": sample(people=People(401)).table([f"POST {path}", "GET /models/x"], send=True),
    }
    asked, failing = sample(), sample()
    asked.explain("POST", path, "blue", source_ip="192.0.2.7")
    failing.failure = Failure.of(ValueError(text), "The policy tester")
    testers = {"idle": sample(), "asked": asked, "failed": failing}
    return {f"policy_{name}": view for name, view in {**made, **testers}.items()}
