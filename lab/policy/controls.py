"""The controls of the policy tester: labelled dropdowns and fields, and what they ask for."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import ipywidgets

from lab.draw import fields, panels
from lab.draw.guard import Failure, guard
from lab.errors import LabError
from lab.policy.case import Case
from lab.policy.routes import Api

OTHER = "/other"
TOKENS = ("valid", "unknown", "expired", "access")
VERBS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]

POLICY = "JSON. Empty: what is deployed"


class Callers(Protocol):
    """Who may be chosen."""

    def names(self) -> list[str]:
        """Callers to choose from."""


class Tester(Protocol):
    """What these controls ask, and show the answer of."""

    api: Api
    last: Case | None
    failure: Failure | None
    asked: dict[str, Any]

    @property
    def callers(self) -> Callers:
        """Who may be asked about."""

    @property
    def explain(self) -> Callable[..., object]:
        """Who decides about one call, and why."""

    def show_failure(self, failure: Failure) -> None:
        """Show that a handler failed."""


class Controls:
    """The widgets of a policy tester. They read and show; what happens is the tester's."""

    def __init__(self, tester: Tester) -> None:
        self._tester = tester
        guarded = guard(tester.show_failure, during="The policy tester")
        names = tester.callers.names()
        paths = [*dict.fromkeys(route.path for route in tester.api.routes), OTHER]
        self.caller = fields.choice("Who calls", names, value=names[0])
        self.method = fields.choice("Method", VERBS, value="POST")
        path = "/model" if "/model" in paths else paths[0]
        self.path = fields.choice("Path", paths, value=path)
        self.token = fields.choice("Their token is", [*TOKENS], value=TOKENS[0])
        self.source_ip = fields.line("From the address", placeholder="as it is")
        self.policy = fields.area(
            "What their policy, or the authorizer, says", 4, placeholder=POLICY
        )
        self.explain = fields.button(
            "Explain",
            guarded(lambda _: self._ask(send=False)),
            "Who decides, and why",
            primary=True,
        )
        self.compare = fields.button(
            "Explain and send",
            guarded(lambda _: self._ask(send=True)),
            "Call the gateway too, and compare",
        )
        self.status = ipywidgets.HTML()
        self.box = fields.box(
            fields.row(self.caller, self.token),
            fields.row(self.method, self.path, self.source_ip),
            self.policy,
            fields.row(self.explain, self.compare),
            self.status,
        )
        self.draw()

    def draw(self) -> None:
        """Have the fields say what is explained; the verdict is in the record below, and once."""
        tester = self._tester
        if tester.asked and tester.failure is None:
            self._show(tester.asked)
        ready = tester.failure is None and tester.last is None
        self.status.value = str(panels.muted(f"Ready: API {tester.api.id}")) if ready else ""

    def _show(self, asked: Mapping[str, Any]) -> None:
        """Have the fields say what was asked, in code or by themselves."""
        for name in ("caller", "method", "path", "token"):
            choice, value = getattr(self, name), asked[name]
            if value not in choice.options:
                choice.options = [*choice.options, value]
            choice.value = value
        self.source_ip.value = asked["source_ip"] or ""
        policy = asked["policy"]
        text = policy if isinstance(policy, str) else json.dumps(policy, indent=1)
        self.policy.value = "" if policy is None else text

    def _ask(self, *, send: bool) -> None:
        given = self._given()
        self._tester.explain(
            self.method.value, self.path.value, self.caller.value, send=send, **given
        )

    def _given(self) -> dict[str, Any]:
        text, address = self.policy.value.strip(), self.source_ip.value.strip()
        given: dict[str, Any] = {"token": self.token.value}
        if address:
            given["source_ip"] = address
        if text:
            try:
                given["policy"] = json.loads(text)
            except ValueError as error:
                raise LabError(
                    f"The policy is no JSON: {error}.", 'Begin with {"Statement": [{…}]}.'
                ) from None
        return given
