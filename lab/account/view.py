"""An account's preflight, and the least policy: what they show."""

from __future__ import annotations

import json
from typing import Any

from lab.account.policy import MOST, Scope, actions_of, size, split
from lab.draw import panels, words
from lab.draw.html import Markup, clean, tag
from lab.draw.view import View
from lab.preflight.view import Preflight


class AccountPreflight(Preflight):
    """What a deployment to AWS needs, line by line."""

    TITLE = "This account"
    CAPTION = "What a deployment needs of it"
    LABEL = "AWS preflight"


class Policy(View):
    """The least policy of a deployer.

    Attributes:
        document: as IAM takes it.
        scope: where it holds.
        preview: whether it is for who only looks.
    """

    def __init__(self, document: dict[str, Any], scope: Scope, preview: bool = False) -> None:
        self.document, self.scope, self.preview = document, scope, preview

    @property
    def actions(self) -> list[str]:
        """All its actions, sorted."""
        return actions_of(self.document)

    @property
    def parts(self) -> list[dict[str, Any]]:
        """The same in as many managed policies as it takes."""
        return split(self.document)

    def json(self) -> str:
        """The document as a file has it."""
        return json.dumps(self.document, indent=2) + "\n"

    def state(self) -> dict[str, Any]:
        """The document, and where it holds."""
        return {"state": "done", "document": self.document, **vars(self.scope)}

    def text(self) -> str:
        """How much it allows, service by service."""
        rows = [f"  {service:22} {told}" for service, told in self._services()]
        return clean("\n".join([self._title(), *rows, self._size()]))

    def html(self) -> Markup:
        """The same as a table, and the document below it."""
        return panels.panel(
            panels.title(self._title()),
            panels.table("What it allows", ("service", "actions"), self._services()),
            tag("p", self._size()),
            panels.details("The document", panels.code(self.json())),
            label="Policy",
        )

    def _title(self) -> str:
        count = words.count(len(self.actions), "action")
        name = "Policy for previews" if self.preview else "Least policy"
        return f"{name}: {count}, no star, for the stack {self.scope.stack} in {self.scope.region}"

    def _services(self) -> list[tuple[str, str]]:
        found: dict[str, list[str]] = {}
        for action in self.actions:
            service, _, name = action.partition(":")
            found.setdefault(service, []).append(name)
        return [(service, ", ".join(names)) for service, names in found.items()]

    def _size(self) -> str:
        parts = words.count(len(self.parts), "managed policy", "managed policies")
        return f"{size(self.document):,} characters: {parts}, each of at most {MOST:,}."
