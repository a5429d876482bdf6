"""How a decision about a caller reads: verdict, steps, the statement, the smallest change."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from lab.draw import panels, words
from lab.draw.html import Markup, clean, tag
from lab.draw.panels import excerpt
from lab.draw.view import View
from lab.policy.case import Case
from lab.policy.decision import PASSED, REFUSED, SKIPPED, UNSURE

SCOPE = (
    "Scope: same account, unless account= names another; no service control policies (SCPs), "
    "permissions boundaries, session policies or policies of VPC endpoints. The API as it is "
    "configured now: what was changed after its last deployment is not served yet."
)
ROWS = 200  # of a table
OUTCOMES = {
    PASSED: words.PASSED,
    REFUSED: words.REFUSED,
    UNSURE: words.UNDECIDED,
    SKIPPED: words.SKIPPED,
}


class Explanation(View):
    """One call: who decides, and why."""

    def __init__(self, case: Case) -> None:
        self._case = case

    @property
    def verdict(self) -> str:
        """`allowed`, `denied by a statement`, `denied because nothing allows it`, `denied` or
        `cannot decide`."""
        return self._case.verdict

    @property
    def allowed(self) -> bool | None:
        """Whether the call passes; None when that cannot be decided."""
        return self._case.decision.allowed if self._case.decision.sure else None

    @property
    def reason(self) -> str:
        """What decides."""
        return self._case.decision.reason

    @property
    def status(self) -> int | None:
        """The status of the refusal; None when it passes."""
        return self._case.decision.status

    @property
    def change(self) -> str:
        """The smallest change that turns it round; "" where none stands out."""
        return self._case.flip.change if self._case.flip else ""

    @property
    def agrees(self) -> bool | None:
        """Whether the gateway itself said the same; None when it was not asked."""
        return self._case.trial.agrees(self._case.decision) if self._case.trial else None

    @property
    def case(self) -> Case:
        """All of it."""
        return self._case

    def state(self) -> dict[str, Any]:
        """All facts, as plain data."""
        return {**self._case.state(), "scope": SCOPE}

    def text(self) -> str:
        """The verdict first."""
        return clean("\n".join([*to_lines(self._case), SCOPE]))

    def html(self) -> Markup:
        """The same as a panel."""
        return panels.panel(to_html(self._case), panels.muted(SCOPE), label="Who may call")


class PolicyTable(View):
    """Several calls by several callers, grouped by verdict."""

    def __init__(self, cases: Sequence[Case]) -> None:
        self._cases = list(cases)

    @property
    def rows(self) -> list[tuple[str, str, str, str]]:
        """Call, caller, verdict and reason of each."""
        return [(c.call, c.who, c.verdict, c.decision.reason) for c in self._grouped()]

    def state(self) -> dict[str, Any]:
        """All facts, as plain data."""
        return {"cases": [case.state() for case in self._grouped()], "scope": SCOPE}

    def text(self) -> str:
        """One line each."""
        lines = [
            f"{case.word.symbol} {case.verdict}: {_named(case)}: {_short(case)}"
            for case in self._grouped()[:ROWS]
        ]
        return clean("\n".join([self._counted(), *lines, SCOPE]))

    def html(self) -> Markup:
        """A table."""
        rows = [
            (
                excerpt(case.call, 200),
                excerpt(case.who, 200),
                panels.badge(case.word, case.verdict),
                _short(case),
            )
            for case in self._grouped()[:ROWS]
        ]
        return panels.panel(
            panels.table(self._counted(), ("call", "caller", "verdict", "why"), rows),
            panels.muted(SCOPE),
            label="Who may call what",
        )

    def _grouped(self) -> list[Case]:
        order = [words.ALLOWED, words.DENIED, words.UNDECIDED]
        return sorted(self._cases, key=lambda case: (order.index(case.word), case.verdict))

    def _counted(self) -> str:
        number = len(self._cases)
        shown = f", {ROWS} shown: name fewer calls or callers" if number > ROWS else ""
        allowed = sum(case.decision.allowed for case in self._cases)
        unsure = sum(not case.decision.sure for case in self._cases)
        asked = sum(case.trial is not None for case in self._cases)
        against = sum(
            case.trial is not None and case.trial.agrees(case.decision) is False
            for case in self._cases
        )
        real = f"; {asked} sent, {against} of them answered otherwise" if asked else ""
        return (
            f"{words.count(number, 'call')}: {allowed} allowed, {number - allowed - unsure} "
            f"denied, {unsure} cannot be decided{real}{shown}"
        )


def _named(case: Case) -> str:
    return f"{excerpt(case.call, 200)}, {excerpt(case.who, 200)}"


def _short(case: Case) -> str:
    trial = f" {case.trial.sentence(case.decision)}" if case.trial else ""
    return excerpt(f"{case.decision.reason}.{trial}", 300)


def to_lines(case: Case) -> list[str]:
    """A case in plain text, line by line."""
    known = case.state()
    lines = [f"{case.word.symbol} {case.verdict}: {excerpt(known['reason'])}"]
    lines.append(excerpt(f"{case.call}, {case.who}"))
    lines += [_answer(known)] if known["status"] else []
    for number, (name, outcome, why) in enumerate(known["steps"], 1):
        lines.append(f"  {number}. {name}: {OUTCOMES[outcome]}: {excerpt(why)}")
    if known["content"] is not None:
        lines.append(f"The statement: {excerpt(json.dumps(known['content'], ensure_ascii=False))}")
    return [*lines, *(excerpt(text) for text in _remarks(known))]


def to_html(case: Case) -> Markup:
    """A case as pieces of a panel."""
    known = case.state()
    steps = [
        (name, panels.badge(OUTCOMES[outcome]), excerpt(why))
        for name, outcome, why in known["steps"]
    ]
    pieces = [
        tag("p", panels.badge(case.word, case.verdict), " ", excerpt(known["reason"])),
        tag("p", tag("strong", excerpt(case.call)), ", ", excerpt(case.who)),
        tag("p", _answer(known)) if known["status"] else None,
        panels.table("What the gateway asks, in its order", ("step", "outcome", "why"), steps),
    ]
    if known["content"] is not None:
        shown = json.dumps(known["content"], ensure_ascii=False, indent=2)
        pieces.append(panels.details(known["statement"], panels.code(excerpt(shown))))
    pieces += [tag("p", excerpt(text)) for text in _remarks(known)]
    return tag("div", *pieces)


def _answer(known: dict[str, Any]) -> str:
    said = f": {excerpt(known['message'])}" if known["message"] else ""
    return f"The gateway answers {known['status']}{said}"


def _remarks(known: dict[str, Any]) -> list[str]:
    """What stands below the steps, each a sentence."""
    lines = []
    if known["change"]:
        lines.append(f"The smallest change: {known['change']}, it is {known['then']}.")
    if known["verdict"] != UNSURE:
        lines += [f"Whatever it says: {text}." for text in known["doubts"]]
    lines += [f"Note: {text}" for text in known["notes"]]
    return lines + ([known["trial"]] if known["trial"] else [])
