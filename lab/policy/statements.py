"""One policy and one call: what the policy says, by which statement, and what cannot be told.

What a policy says is a set of outcomes: ALLOW, DENY, SILENT. One, when all of it can be evaluated;
several, when a statement cannot be, and it depends on that.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lab.policy.conditions import CannotTell, Values, holds, matches, words

ALLOW, DENY, SILENT = "allow", "deny", "nothing"
ACTION = "execute-api:Invoke"
ACCOUNT = re.compile(r"\d{12}|arn:aws[\w-]*:iam::(\d{12}):root")


@dataclass(frozen=True)
class Call:
    """What a policy is asked about.

    Attributes:
        resource: the ARN of what is called.
        arn: of who calls; "" for callers that did not sign.
        account: of who calls; "" for callers that did not sign.
        own: the account that what is called belongs to.
        values: condition keys; see lab.policy.conditions.
    """

    resource: str
    arn: str = ""
    account: str = ""
    own: str = ""
    values: Values = field(default_factory=dict)


@dataclass(frozen=True)
class Statement:
    """A statement, and where it is from."""

    source: str
    number: int
    content: Mapping[str, Any]

    @property
    def name(self) -> str:
        """How it is spoken of: `Deny (statement 2, "Office") of the resource policy`."""
        sid = f', "{str(self.content["Sid"])[:64]}"' if self.content.get("Sid") else ""
        effect = str(self.content.get("Effect"))[:40]
        return f"{effect} (statement {self.number}{sid}) of {self.source}"


@dataclass(frozen=True)
class Doubt:
    """A statement, or a whole policy (None), that cannot be evaluated, and why."""

    statement: Statement | None
    why: str
    source: str = ""

    @property
    def text(self) -> str:
        """The same as a sentence."""
        what = self.statement.name if self.statement else self.source
        return f"{what} cannot be evaluated: {self.why}"


@dataclass(frozen=True)
class Finding:
    """What a policy says of a call.

    Attributes:
        outcomes: what it may say; one, when there is no doubt that matters.
        decisive: the statement that decides, where one does.
        notes: statements that read as if they applied, and why they do not.
    """

    outcomes: frozenset[str]
    decisive: Statement | None = None
    doubts: tuple[Doubt, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def only(self) -> str:
        """What it says, or "" when it may say several things."""
        return next(iter(self.outcomes)) if len(self.outcomes) == 1 else ""


def statements(document: Any, source: str) -> list[Statement]:
    """The statements of a policy given as data or as JSON text.

    Raises:
        CannotTell: it is no policy.
    """
    if isinstance(document, str):
        try:
            document = json.loads(document)
        except (ValueError, RecursionError):
            raise CannotTell("it is no JSON") from None
    if not isinstance(document, Mapping):
        raise CannotTell("it is no object")
    found = document.get("Statement")
    listed = [found] if isinstance(found, Mapping) else found
    if not isinstance(listed, (list, tuple)) or not listed:
        raise CannotTell("it has no Statement")
    if not all(isinstance(one, Mapping) for one in listed):
        raise CannotTell("one of its statements is no object")
    return [Statement(source, number, one) for number, one in enumerate(listed, 1)]


def without(document: Any, number: int) -> Any:
    """The policy without one statement; None when it has no other."""
    found = [one.content for one in statements(document, "") if one.number != number]
    return {"Statement": found} if found else None


def judge(document: Any, source: str, call: Call, *, principals: bool) -> Finding:
    """What a policy says of a call.

    Args:
        document: None when there is none.
        principals: whether its statements say whom they are about, as in a resource policy.
    """
    if document is None:
        return Finding(frozenset({SILENT}))
    try:
        every = statements(document, source)
    except CannotTell as error:
        doubt = Doubt(None, str(error), source)
        return Finding(frozenset({ALLOW, DENY, SILENT}), doubts=(doubt,))
    sure: dict[str, Statement] = {}
    doubts: list[Doubt] = []
    notes: list[str] = []
    for one in every:
        try:
            applies, note = _applies(one, call, principals)
        except CannotTell as error:
            doubts.append(Doubt(one, str(error)))
            continue
        notes += [note] if note else []
        if applies:
            sure.setdefault(one.content["Effect"], one)
    return _together(sure, doubts, tuple(notes))


def combine(findings: list[Finding]) -> Finding:
    """What several policies of one caller say together: a deny of one wins, else an allow of one."""
    sure: dict[str, Statement] = {}
    may: set[str] = set()
    doubts: list[Doubt] = []
    for one in findings:
        doubts += one.doubts
        if one.decisive is not None:
            sure.setdefault(str(one.decisive.content["Effect"]), one.decisive)
        if not one.only:
            may |= one.outcomes
    notes = tuple(note for one in findings for note in one.notes)
    if not may:
        return _together(sure, [], notes)
    known = _together(sure, [], notes)
    if known.only == DENY:
        return Finding(known.outcomes, known.decisive, tuple(doubts), notes)
    outcomes = (may - {SILENT}) | known.outcomes
    return Finding(frozenset(outcomes), known.decisive, tuple(doubts), notes)


def _together(sure: dict[str, Statement], doubts: list[Doubt], notes: tuple[str, ...]) -> Finding:
    told = tuple(doubts)
    if "Deny" in sure:
        return Finding(frozenset({DENY}), sure["Deny"], told, notes)
    effects = {one.statement.content.get("Effect") if one.statement else None for one in doubts}
    outcomes = {ALLOW} if "Allow" in sure else {SILENT}
    if effects - {"Allow"}:
        outcomes.add(DENY)
    if effects - {"Deny"}:
        outcomes.add(ALLOW)
    return Finding(frozenset(outcomes), sure.get("Allow"), told, notes)


def _applies(one: Statement, call: Call, principals: bool) -> tuple[bool, str]:
    """Whether a statement is about a call, and a note where it only looks so."""
    content = one.content
    if content.get("Effect") not in ("Allow", "Deny"):
        raise CannotTell(f"its Effect is {content.get('Effect')!r}, not Allow or Deny")
    if not _action(content) or not _resource(content, call):
        return False, ""
    if not principals and ("Principal" in content or "NotPrincipal" in content):
        raise CannotTell("it names a Principal, and only resource policies do")
    named = _principal(content, call) if principals else "caller"
    if not named or not holds(content.get("Condition"), call.values):
        return False, ""
    if named == "account" and content["Effect"] == "Allow" and call.account == call.own:
        # To name one's own account is no permission: it says that IAM decides.
        return False, f"{one.name} names the account only: the caller's identity policies decide."
    return True, ""


def _action(content: Mapping[str, Any]) -> bool:
    if "Action" in content:
        return any(matches(word, ACTION, ignore_case=True) for word in words(content["Action"]))
    if "NotAction" in content:
        excepted = words(content["NotAction"])
        return not any(matches(word, ACTION, ignore_case=True) for word in excepted)
    raise CannotTell("it has no Action")


def _resource(content: Mapping[str, Any], call: Call) -> bool:
    name = "Resource" if "Resource" in content else "NotResource"
    if name not in content:
        raise CannotTell("it has no Resource")
    patterns = words(content[name])
    if any("${" in pattern for pattern in patterns):
        raise CannotTell("its Resource has a policy variable")
    # API Gateway itself completes the short form when it stores a policy.
    home = call.resource.split("/", 1)[0]
    whole = [re.sub(r"^execute-api:/", f"{home}/", pattern) for pattern in patterns]
    found = any(matches(pattern, call.resource) for pattern in whole)
    return found if name == "Resource" else not found


def _principal(content: Mapping[str, Any], call: Call) -> str:
    """How a statement names the caller: "caller", "account", or "" when it does not."""
    if "NotPrincipal" in content:
        raise CannotTell("NotPrincipal has rules of its own, which this tester does not know")
    principal = content.get("Principal")
    if principal is None:
        raise CannotTell("it names no Principal, and a resource policy has to")
    if principal == "*":
        return "caller"
    if not isinstance(principal, Mapping):
        raise CannotTell(f"its Principal {str(principal)[:100]!r} is none")
    found = [_named(word, call) for word in words(principal.get("AWS", []))]
    return "caller" if "caller" in found else "account" if "account" in found else ""


def _named(word: str, call: Call) -> str:
    if word == "*":
        return "caller"
    if not call.arn:
        return ""  # whoever does not sign is nobody's user
    account = ACCOUNT.fullmatch(word)
    if account:
        return "account" if (account[1] or word) == call.account else ""
    if word == call.arn:
        return "caller"
    # A role's session calls as assumed-role/NAME/SESSION; policies name the role.
    session = re.fullmatch(r"arn:(aws[\w-]*):sts::(\d{12}):assumed-role/([^/]+)/.*", call.arn)
    role = re.fullmatch(r"arn:(aws[\w-]*):iam::(\d{12}):role/(?:.*/)?([^/]+)", word)
    same = session and role and session.groups() == role.groups()
    return "caller" if same else ""
