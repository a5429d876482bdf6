"""The controls of the policy tester: labelled dropdowns and fields, and what they ask for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import ipywidgets

from lab.draw import panels
from lab.draw.guard import guard
from lab.draw.html import tag
from lab.errors import LabError

if TYPE_CHECKING:
    from lab.policy.tester import PolicyTester

OTHER = "/other"
TOKENS = ("valid", "unknown", "expired", "access")
VERBS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]


class Controls:
    """The widgets of a policy tester. They read and show; what happens is the tester's."""

    def __init__(self, tester: PolicyTester) -> None:
        self._tester = tester
        guarded = guard(tester.show_failure, during="The policy tester")
        style = {"description_width": "initial"}
        wide = ipywidgets.Layout(width="100%", max_width="60em")

        def choice(name: str, options: list[str], value: str) -> Any:
            return ipywidgets.Dropdown(options=options, value=value, description=name, style=style)

        names = tester.callers.names()
        paths = [*dict.fromkeys(route.path for route in tester.api.routes), OTHER]
        self.caller = choice("Caller", names, names[0])
        self.method = choice("Method", VERBS, "POST")
        self.path = choice("Path", paths, "/model" if "/model" in paths else paths[0])
        self.token = choice("Token", [*TOKENS], TOKENS[0])
        self.source_ip = ipywidgets.Text(
            description="Source IP", placeholder="as it is", style=style
        )
        self.policy = ipywidgets.Textarea(
            description="Policy",
            placeholder="JSON: the identity policy of iam, or what the authorizer returns; "
            "empty: what is there",
            rows=4,
            layout=wide,
            style=style,
        )
        self.explain = ipywidgets.Button(description="Explain", tooltip="Who decides, and why")
        self.compare = ipywidgets.Button(
            description="Explain and send", tooltip="Call the gateway too, and compare"
        )
        self.explain.on_click(guarded(lambda _: self._ask(send=False)))
        self.compare.on_click(guarded(lambda _: self._ask(send=True)))
        self.status = ipywidgets.HTML()
        row = ipywidgets.Layout(flex_flow="row wrap", align_items="center")
        self.box = ipywidgets.VBox([
            ipywidgets.HBox([self.caller, self.token], layout=row),
            ipywidgets.HBox([self.method, self.path, self.source_ip], layout=row),
            self.policy,
            ipywidgets.HBox([self.explain, self.compare], layout=row),
            self.status,
        ])  # fmt: skip
        self.draw()

    def draw(self) -> None:
        """Show the verdict, or that a handler failed."""
        tester = self._tester
        if tester.failure is not None:
            self.status.value = str(tester.failure.html())
            return
        case = tester.last
        shown = (
            tag("p", panels.badge(case.word, case.verdict), " ", case.call, ", ", case.who)
            if case
            else tag("p", f"Ready: API {tester.api.id}")
        )
        self.status.value = str(panels.panel(shown, label="Status"))

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
