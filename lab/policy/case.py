"""A call that was explained: who decides, what the gateway itself said, and what would turn it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from lab.draw import words
from lab.draw.panels import excerpt
from lab.policy.decision import Caller, Decision
from lab.policy.flips import Flip
from lab.prompt.state import Reply


@dataclass(frozen=True)
class Trial:
    """What the gateway itself said, when asked.

    Attributes:
        differs: why the real call is another one than the one explained; "" when it is not.
    """

    reply: Reply
    differs: str = ""

    @property
    def passed(self) -> bool:
        """Whether the gateway let the call through to what is behind it."""
        refused = self.reply.status in (401, 403) or self.failed
        return self.reply.who == "function" or not refused

    @property
    def failed(self) -> bool:
        """Whether the gateway could not find out: its authorizer failed."""
        return self.reply.header("x-amzn-ErrorType").startswith("AuthorizerConfiguration")

    def agrees(self, decision: Decision) -> bool | None:
        """Whether it is as explained; None where that cannot be compared."""
        if self.differs or self.failed or not decision.sure:
            return None
        same = decision.status is None or self.reply.status == decision.status
        return decision.allowed == self.passed and (decision.allowed or same)

    def sentence(self, decision: Decision) -> str:
        """The same in words."""
        said = f' "{excerpt(self.reply.said, 400)}"' if self.reply.status >= 400 else ""
        passes = "let it pass" if self.passed else "refused it"
        told = f"The gateway itself {passes}: {self.reply.status} from the {self.reply.who}{said}."
        agrees = self.agrees(decision)
        if agrees is None:
            failed = "its authorizer failed, whose log says why" if self.failed else ""
            reason = self.differs or failed or "nothing was decided here"
            return f"{told} Not compared: {reason}."
        if agrees:
            return f"{told} It agrees."
        return f"{told} It DISAGREES with the explanation: one of the two is wrong."


@dataclass(frozen=True)
class Case:
    """A call that was explained."""

    method: str
    path: str
    caller: Caller
    decision: Decision
    flip: Flip | None = None
    trial: Trial | None = None

    @property
    def call(self) -> str:
        """`POST /model`."""
        return f"{self.method} {self.path}"

    @property
    def word(self) -> words.Word:
        """The symbol and word of its verdict."""
        if self.decision.allowed:
            return words.ALLOWED
        return words.DENIED if self.decision.sure else words.UNDECIDED

    @property
    def verdict(self) -> str:
        """The verdict in its own words."""
        return self.decision.verdict

    @property
    def who(self) -> str:
        """The caller in words."""
        from_where = f", from {self.caller.source_ip}" if self.caller.source_ip else ""
        return f"{self.caller.name}{from_where}"

    def state(self) -> dict[str, Any]:
        """All facts, as plain data."""
        decision = self.decision
        return {
            "call": self.call,
            "caller": self.who,
            "verdict": self.verdict,
            "reason": decision.reason,
            "status": decision.status,
            "message": decision.message,
            "steps": [[step.name, step.outcome, step.why] for step in decision.steps],
            "statement": decision.statement.name if decision.statement else "",
            "content": plain(decision.statement.content) if decision.statement else None,
            "doubts": [doubt.text for doubt in decision.doubts],
            "notes": list(decision.notes),
            "change": self.flip.change if self.flip else "",
            "then": self.flip.verdict if self.flip else "",
            "trial": self.trial.sentence(decision) if self.trial else "",
            "agrees": self.trial.agrees(decision) if self.trial else None,
        }


def plain(content: Any) -> Any:
    """A statement as data that survives JSON, whatever somebody put into it."""
    return json.loads(json.dumps(content, default=str))
