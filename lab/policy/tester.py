"""The policy tester: a caller and a call in, who decides and why out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from lab.draw import panels
from lab.draw.html import Markup, clean, tag
from lab.draw.interactive import Interactive
from lab.policy import view as drawing
from lab.policy.access import decide
from lab.policy.case import Case, Trial
from lab.policy.controls import Controls
from lab.policy.decision import Caller
from lab.policy.flips import smallest
from lab.policy.routes import Api
from lab.policy.view import Explanation, PolicyTable

Asked = dict[str, Any]  # the arguments of the call that was explained
DEFAULTS: Asked = {"method": "POST", "path": "/model", "caller": "anonymous", "policy": None,
                   "token": "valid", "source_ip": None, "send": False}  # fmt: skip
LONGEST = 90  # characters of an argument that the code form repeats
EXAMPLE = 'policy_tester().explain("POST", "/model", caller="anonymous")'


class Callers(Protocol):
    """Who may be asked about, and how they are looked up."""

    def names(self) -> list[str]:
        """Callers to choose from."""

    def sendable(self) -> list[str]:
        """Those of them that can be called as without credentials."""

    @property
    def make(self) -> Callable[..., Caller]:
        """A caller by name, and what is known of it."""

    def send(self, caller: Caller, method: str, path: str, credentials: Any) -> Trial:
        """Ask the gateway itself."""


class PolicyTester(Interactive):
    """Who may call an API. The dropdowns and `explain` take the same way.

    Args:
        api: the API, as it is configured.
        callers: who may be asked about.
        supposed: what of the API is not as deployed, in words; "" when all is.
    """

    no_kernel = f"{Interactive.no_kernel} What was explained is below."

    def __init__(self, api: Api, callers: Callers, supposed: str = "") -> None:
        self.api, self.callers, self.supposed = api, callers, supposed
        self.last: Case | None = None
        self.asked: Asked = {}

    def make_controls(self) -> Controls:
        """The dropdowns, fields and buttons of this tester."""
        return Controls(self)

    def explain(
        self,
        method: str = "POST",
        path: str = "/model",
        caller: str = "anonymous",
        *,
        policy: Any = None,
        token: str = "valid",
        key: bool | None = None,
        source_ip: str | None = None,
        account: str | None = None,
        context: Mapping[str, str | None] | None = None,
        send: bool = False,
        credentials: Any = None,
    ) -> Explanation:
        """Who decides about one call, and why.

        Args:
            method, path: the call, the path without the stage.
            caller: "anonymous"; "iam", who signs; "user/NAME" or "role/NAME", whose policies are
                read from IAM; "me", who runs this notebook; a team's name; "unknown key";
                "bearer", with a token that the authorizer knows; "cognito".
            policy: the identity policy of "iam", or what the authorizer returns for a token:
                a dict or JSON, or a list of them.
            token: "valid", "unknown" or "expired"; of "cognito" also "access".
            key: whether the caller has an API key in a usage plan of this stage.
            source_ip: the caller's address; on this machine 127.0.0.1, else not known.
            account: of a signed caller, when it is another one.
            context: more condition keys and their values; None: the call has no such key.
            send: call the gateway too, and compare.
            credentials: what such a call is signed or sent with: (access key id, secret key), or
                a token. Default: your own, or the team's key.

        Raises:
            LabError: there is no such caller, or the call could not be sent.
        """
        asked = self.callers.make(
            caller,
            policy=policy,
            token=token,
            key=key,
            source_ip=source_ip,
            account=account,
            context=context,
        )
        trial = None
        if send:
            trial = self.callers.send(asked, method, path, credentials)
            if self.supposed:
                trial = Trial(trial.reply, self.supposed)
        case = self._case(asked, method, path, trial)
        self.last, self.failure = case, None
        self.asked = {"method": case.method, "path": path, "caller": caller, "policy": policy}
        self.asked |= {"token": token, "source_ip": source_ip, "send": send}
        self.draw()
        return Explanation(case)

    def table(
        self,
        calls: Iterable[str] | None = None,
        callers: Iterable[str] | None = None,
        *,
        send: bool = False,
        **more: Any,
    ) -> PolicyTable:
        """Several callers and calls at once.

        Args:
            calls: such as "POST /model"; default every method that the API has.
            callers: as for `explain`; default all that are known here, or with `send` all that
                can be called as.
            send: call the gateway too, once for each row, and compare.
        """
        known = self.callers.sendable() if send else self.callers.names()
        cases = []
        for name in callers if callers is not None else known:
            asked = self.callers.make(name, **more)
            for call in calls if calls is not None else self.calls():
                method, _, path = call.partition(" ")
                trial = self.callers.send(asked, method, path, None) if send else None
                cases.append(self._case(asked, method, path, trial))
        return PolicyTable(cases)

    def calls(self) -> list[str]:
        """A call for each method of the API: a POST for ANY, a word for a {part} of a path."""
        found = [
            f"{'POST' if route.method == 'ANY' else route.method} {re.sub('[{}+]', '', route.path)}"
            for route in self.api.routes
        ]
        return list(dict.fromkeys(found))

    def _case(self, caller: Caller, method: str, path: str, trial: Trial | None) -> Case:
        method = method.strip().upper()
        decision = decide(self.api, caller, method, path)
        flip = smallest(self.api, caller, method, path, decision)
        return Case(method, path, caller, decision, flip, trial)

    # How it looks.

    def state(self) -> dict[str, Any]:
        """The API and the last explanation."""
        return {
            "state": "failed" if self.failure else "done" if self.last else "idle",
            "api": f"{self.api.id}/{self.api.stage}",
            "supposed": self.supposed,
            "callers": self.callers.names(),
            "calls": self.calls(),
            "last": self.last.state() if self.last else None,
            "failure": self._failure_state(),
            "scope": drawing.SCOPE,
        }

    def code_form(self) -> str:
        """The call that explains the same again; an example when nothing was explained."""
        if not self.asked:
            return EXAMPLE
        given = {name: value for name, value in self.asked.items() if value != DEFAULTS[name]}
        first = [given.pop(name, DEFAULTS[name]) for name in ("method", "path")]
        named = [f"{name}={_short(value)}" for name, value in given.items()]
        return clean(f"policy_tester().explain({', '.join([*map(_short, first), *named])})")

    def text(self) -> str:
        """The last explanation, or what can be asked."""
        lines = self._failure_lines()
        case = self._shows()
        lines += drawing.to_lines(case) if case else []
        if not lines:
            lines = ["Nothing is explained yet.", f"Calls: {', '.join(self.calls())}"]
            lines.append(f"Callers: {', '.join(self.callers.names())}")
        return clean(
            "\n".join([*lines, self._of(), f"Code form: {self.code_form()}", drawing.SCOPE])
        )

    def html(self) -> Markup:
        """The same as a panel: no controls in it."""
        known = [("calls", ", ".join(self.calls())), ("callers", ", ".join(self.callers.names()))]
        case = self._shows()
        shown = drawing.to_html(case) if case else None
        return panels.panel(
            self._failure_pieces(),
            shown or panels.definition(known, "What can be asked about"),
            panels.muted(self._of()),
            panels.muted("Code form: ", tag("code", self.code_form())),
            panels.muted(drawing.SCOPE),
            label="Policy tester",
        )

    def _shows(self) -> Case | None:
        """The explanation to show: none below a failure, where it would read as its result."""
        return None if self.failure else self.last

    def _of(self) -> str:
        supposed = f"; {self.supposed}" if self.supposed else ""
        return f"API {self.api.id}, stage {self.api.stage}{supposed}"


def _short(value: Any) -> str:
    """A value as code, where that can be read in a line; the fields have all of it."""
    code = repr(value)
    return code if len(code) <= LONGEST else "…"
