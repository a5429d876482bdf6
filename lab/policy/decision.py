"""Who calls, and what the gateway decides about a call: the data of lab.policy.access."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lab.policy.authentication import ANONYMOUS
from lab.policy.statements import Doubt, Statement

RESOURCE, IDENTITY, AUTHORIZER = "the resource policy", "the identity policy", "the authorizer"
PASSED, REFUSED, UNSURE, SKIPPED = "passed", "refused", "cannot decide", "not asked"
ALLOWED, BY_STATEMENT = "allowed", "denied by a statement"
BY_NOTHING, OTHERWISE = "denied because nothing allows it", "denied"


@dataclass(frozen=True)
class Caller:
    """Who calls.

    Attributes:
        kind: anonymous, iam, bearer or cognito: how they say who they are.
        name: how they are called here.
        token: "valid" or what is wrong with it: "unknown", "expired"; for Cognito's tokens also
            "access", an access token instead of an ID token.
        policies: of a signed caller, by what they are called; of a token, what the authorizer
            returns, under the one name "the authorizer's policy".
        known: whether `policies` are all there is to know; else its answer is not known.
        key: whether they have an API key in a usage plan of the stage; None: not known.
        limits: what else restricts them and is not evaluated, such as a permissions boundary.
    """

    kind: str = ANONYMOUS
    name: str = ANONYMOUS
    token: str = "valid"
    arn: str = ""
    account: str = ""
    policies: tuple[tuple[str, Any], ...] = ()
    known: bool = True
    key: bool | None = False
    source_ip: str = ""
    values: Mapping[str, str | None] = field(default_factory=dict)
    limits: tuple[str, ...] = ()

    @property
    def root(self) -> bool:
        """Whether this is the account's root, which identity policies do not limit."""
        return self.arn.endswith(":root")


@dataclass(frozen=True)
class Step:
    """One step, what came of it, and why."""

    name: str
    outcome: str
    why: str


@dataclass(frozen=True)
class Decision:
    """What the gateway decides.

    Attributes:
        verdict: `allowed`, `denied by a statement`, `denied because nothing allows it`,
            `denied` for another reason, or `cannot decide`.
        reason: what follows the verdict.
        status, message: the answer of a gateway that refuses; None and "" when it does not.
    """

    verdict: str
    reason: str
    steps: tuple[Step, ...]
    statement: Statement | None = None
    status: int | None = None
    message: str = ""
    doubts: tuple[Doubt, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether the call passes."""
        return self.verdict == ALLOWED

    @property
    def sure(self) -> bool:
        """Whether everything that matters could be evaluated."""
        return self.verdict != UNSURE
