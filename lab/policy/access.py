"""Who may call a path of a REST API: the steps of API Gateway in its order, and what they say.

The facts are AWS's own: a resource policy's explicit deny comes first where a Lambda authorizer is
asked, then authentication, then both policies by a table, then the API key.
"""

from __future__ import annotations

from dataclasses import replace

from lab.policy.authentication import ANONYMOUS, BEARER, SIGNED, authenticate
from lab.policy.decision import (
    ALLOWED,
    AUTHORIZER,
    BY_NOTHING,
    BY_STATEMENT,
    IDENTITY,
    OTHERWISE,
    PASSED,
    REFUSED,
    RESOURCE,
    SKIPPED,
    UNSURE,
    Caller,
    Decision,
    Step,
)
from lab.policy.routes import COGNITO, CUSTOM, IAM, NONE, Api, Route, route_of
from lab.policy.statements import (
    ALLOW,
    DENY,
    SILENT,
    Call,
    Doubt,
    Finding,
    Statement,
    combine,
    judge,
)

BY_RESOURCE = " with an explicit deny in a resource-based policy"
BY_IDENTITY = " with an explicit deny in an identity-based policy"


class _Refused(Exception):
    def __init__(self, decision: Decision) -> None:
        super().__init__(decision.verdict)
        self.decision = decision


def decide(api: Api, caller: Caller, method: str, path: str) -> Decision:
    """What the gateway decides about one call."""
    return _Case(api, caller, method.upper(), path.split("?")[0] or "/").decide()


class _Case:
    """One call on its way through the steps."""

    def __init__(self, api: Api, caller: Caller, method: str, path: str) -> None:
        self.api, self.caller, self.method, self.path = api, caller, method, path
        self.steps: list[Step] = []
        self.doubts: list[Doubt] = []
        self.notes: list[str] = []
        self.allowing: Statement | None = None
        self.because = ""
        self.arn = api.arn(method, path)

    def decide(self) -> Decision:
        try:
            route = self.route()
            first = route.authorization == CUSTOM and self.api.policy is not None
            self.early_deny() if first else None
            self.authenticate(route)
            self.together(route)
            self.key(route)
        except _Refused as refused:
            return refused.decision
        common = {"doubts": tuple(self.doubts), "notes": tuple(self.notes)}
        if any(step.outcome == UNSURE for step in self.steps):
            why = next(step.why for step in self.steps if step.outcome == UNSURE)
            return Decision(UNSURE, why, tuple(self.steps), **common)  # type: ignore[arg-type]
        return Decision(ALLOWED, self.because, tuple(self.steps), self.allowing, None, "", **common)  # type: ignore[arg-type]

    # Steps

    def route(self) -> Route:
        found = route_of(self.api, self.method, self.path)
        if found is None:
            why = f"the API has no {self.method} {self.path}; API Gateway says so with 403"
            self.refuse("route", OTHERWISE, why, 403, "Missing Authentication Token")
        assert found is not None
        self.step("route", PASSED, f"{found.name} takes it, authorization {found.authorization}")
        return found

    def early_deny(self) -> None:
        name = "resource policy, explicit deny"
        found = self.resource(signed=False)
        if found.only == DENY:
            self.denied_by(name, found, BY_RESOURCE)
        if DENY in found.outcomes:
            self.unsure(name, found)
        else:
            self.step(name, PASSED, "no Deny is about this call; the authorizer is asked next")

    def authenticate(self, route: Route) -> None:
        refusal, why = authenticate(route, self.caller.kind, self.caller.token)
        if refusal is not None:
            self.refuse("authentication", OTHERWISE, why, *refusal)
        self.step("authentication", PASSED, why)

    def together(self, route: Route) -> None:
        name = "policies together"
        resource = self.resource(signed=route.authorization == IAM)
        if route.authorization in (NONE, COGNITO):
            self.alone(name, resource)
            return
        who = AUTHORIZER if route.authorization == CUSTOM else IDENTITY
        own = self.identity(route)
        self.table(name, who, own, resource)

    def key(self, route: Route) -> None:
        name = "API key"
        if not route.key_required:
            self.step(name, SKIPPED, "this method needs none")
            return
        has = None if self.stranger(route) else self.caller.key
        if self.api.key_source == "AUTHORIZER" and route.authorization != CUSTOM:
            has = False  # only a Lambda authorizer can hand one on
        if has is None:
            why = "whether this caller's key is in a usage plan of this stage is not known"
            self.step(name, UNSURE, why)
        elif has:
            self.step(name, PASSED, "the caller's key is in a usage plan of this stage")
        else:
            why = "the caller has no API key that is in a usage plan of this stage"
            self.refuse(name, OTHERWISE, why, 403, "Forbidden")

    # Policies

    def resource(self, *, signed: bool) -> Finding:
        arn, account = (self.caller.arn, self.caller.account) if signed else ("", "")
        return judge(self.api.policy, RESOURCE, self.call(arn, account), principals=True)

    def identity(self, route: Route) -> Finding:
        if route.authorization == IAM and self.caller.root:
            return Finding(frozenset({ALLOW}), notes=("The root of an account needs no policy.",))
        if self.stranger(route) or not self.caller.known:
            doubt = Doubt(None, "what it answers is not known; give it: policy={…}", AUTHORIZER)
            return Finding(frozenset({ALLOW, DENY, SILENT}), doubts=(doubt,))
        call = self.call(self.caller.arn, self.caller.account)
        found = [judge(p, name, call, principals=False) for name, p in self.caller.policies]
        whole = combine(found or [Finding(frozenset({SILENT}))])
        if self.caller.limits and ALLOW in whole.outcomes:
            doubts = [Doubt(None, "this tester does not", limit) for limit in self.caller.limits]
            outcomes = whole.outcomes | {SILENT, DENY}
            return replace(whole, outcomes=outcomes, doubts=(*whole.doubts, *doubts))
        return whole

    def stranger(self, route: Route) -> bool:
        """Whether a Lambda authorizer is asked about something that is no token of its own."""
        return route.authorization == CUSTOM and self.caller.kind != BEARER

    def call(self, arn: str, account: str) -> Call:
        api = self.api
        values: dict[str, str | None] = {
            "aws:securetransport": "true",
            "aws:requestedregion": api.region,
            "aws:resourceaccount": api.account,
            "aws:principalarn": arn or None,
            "aws:principalaccount": account or None,
            "aws:username": arn.rsplit("/", 1)[1] if ":user/" in arn else None,
            **({} if api.private else {"aws:sourcevpc": None, "aws:sourcevpce": None}),
            **({"aws:sourceip": self.caller.source_ip} if self.caller.source_ip else {}),
            **{key.lower(): value for key, value in self.caller.values.items()},
        }
        return Call(self.arn, arn, account, api.account, values)

    def alone(self, name: str, found: Finding) -> None:
        """The resource policy decides by itself."""
        self.notes += found.notes
        if self.api.policy is None and not self.api.private:
            self.because = "the API has no resource policy, and is public"
            self.step(name, PASSED, self.because)
        elif found.only == DENY:
            self.denied_by(name, found, BY_RESOURCE)
        elif found.only == ALLOW:
            self.allow(name, found, "")
        elif found.only == SILENT:
            why = "no statement of the resource policy allows this call"
            if self.api.policy is None:
                why = "a private API without a resource policy lets nobody in"
            self.refuse(name, BY_NOTHING, why, 403, self.not_authorized(""))
        elif ALLOW not in found.outcomes:
            self.either(name, found.doubts)
        else:
            self.unsure(name, found)

    def table(self, name: str, who: str, own: Finding, resource: Finding) -> None:
        """Both policies, by AWS's table: A within an account, B from another one."""
        abroad = who == IDENTITY and self.caller.account != self.api.account
        results = {combined(o, r, abroad) for o in own.outcomes for r in resource.outcomes}
        says = f"{who} says {_says(own)}, {RESOURCE} says {_says(resource)}"
        says += f" (table {'B, another account' if abroad else 'A, same account'})"
        self.notes += [*own.notes, *resource.notes]
        if results == {DENY}:
            denies = own if own.only == DENY else resource
            how = BY_IDENTITY if denies is own else BY_RESOURCE
            self.denied_by(name, denies, how, says, who)
        elif results == {ALLOW}:
            self.allow(name, own if own.only == ALLOW else resource, says)
            self.doubts += [*own.doubts, *resource.doubts]
        elif results == {SILENT}:
            self.refuse(name, BY_NOTHING, says, 403, self.not_authorized("", who))
        elif ALLOW not in results:
            self.either(name, (*own.doubts, *resource.doubts))
        else:
            self.doubts += [*own.doubts, *resource.doubts]
            self.step(name, UNSURE, f"{says}: {'; '.join(d.text for d in self.doubts)}")

    # Ends

    def step(self, name: str, outcome: str, why: str) -> None:
        self.steps.append(Step(name, outcome, why))

    def unsure(self, name: str, found: Finding) -> None:
        self.doubts += [doubt for doubt in found.doubts if doubt not in self.doubts]
        self.step(name, UNSURE, "; ".join(doubt.text for doubt in found.doubts))

    def either(self, name: str, doubts: tuple[Doubt, ...]) -> None:
        """Refused, whichever way what cannot be told would be."""
        self.doubts += doubts
        why = f"nothing allows it; besides, {doubts[0].text}"
        self.refuse(name, BY_NOTHING, why, 403, "")

    def allow(self, name: str, found: Finding, says: str) -> None:
        self.doubts += [doubt for doubt in found.doubts if doubt not in self.doubts]
        self.allowing = found.decisive
        by = found.decisive.name if found.decisive else "the account's root needs no policy"
        self.because = by
        self.step(name, PASSED, f"{says}: {by}" if says else by)

    def denied_by(
        self, name: str, found: Finding, how: str, says: str = "", who: str = IDENTITY
    ) -> None:
        by = found.decisive.name if found.decisive else "a statement"
        message = self.not_authorized(how, who if how == BY_IDENTITY else IDENTITY)
        self.refuse(
            name, BY_STATEMENT, by, 403, message, found.decisive, f"{says}: {by}" if says else by
        )

    def refuse(
        self,
        name: str,
        verdict: str,
        why: str,
        status: int | None,
        message: str,
        statement: Statement | None = None,
        said: str = "",
    ) -> None:
        if any(step.outcome == UNSURE for step in self.steps):
            status, message = None, ""  # an earlier step may have refused, with another answer
        self.step(name, REFUSED, said or why)
        doubts, notes = tuple(self.doubts), tuple(self.notes)
        raise _Refused(
            Decision(verdict, why, tuple(self.steps), statement, status, message, doubts, notes)
        )

    def not_authorized(self, how: str, who: str = IDENTITY) -> str:
        """How API Gateway words a refusal by policies."""
        if who == AUTHORIZER:
            return f"User is not authorized to access this resource{how}"
        signed = self.caller.kind == SIGNED and self.caller.arn
        caller, account = (signed or ANONYMOUS), self.api.account
        shown = self.arn.replace(f":{account}:", f":********{account[-4:]}:", 1)
        return (
            f"User: {caller} is not authorized to perform: execute-api:Invoke "
            f"on resource: {shown}{how}"
        )


def combined(own: str, resource: str, abroad: bool) -> str:
    """AWS's tables of policy outcomes: a deny denies; one allow is enough, from abroad both are."""
    if DENY in (own, resource):
        return DENY
    enough = own == resource == ALLOW if abroad else ALLOW in (own, resource)
    return ALLOW if enough else SILENT


def _says(found: Finding) -> str:
    return found.only or "what cannot be told"
