"""What `up`, `outputs` and `destroy` give back: values to use, with secrets that stay covered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from lab.deploy import values
from lab.deploy.resources import Resource
from lab.draw import panels
from lab.draw.html import Markup, clean, tag
from lab.errors import LabError
from lab.session.state import secret

SHOWN = 100  # outputs that are shown; a stack of the course has some forty
LONG = 2000  # characters of one as text


class Secret:
    """A secret output: every form of it is covered, `reveal()` asks the engine for the value."""

    def __init__(self, name: str, reveal: Callable[[str], Any]) -> None:
        self._name, self._reveal = name, reveal

    def reveal(self) -> Any:
        """The value itself; takes 0.4 s."""
        return self._reveal(self._name)

    def __repr__(self) -> str:
        return values.MASK


class Outputs(dict[str, Any]):
    """The stack's outputs by name: a dict, whose secrets are `Secret`."""

    def __missing__(self, name: str) -> Any:
        known = (
            f"It has {', '.join(sorted(self))}." if self else "It has none: nothing is deployed."
        )
        raise LabError(
            f"The stack has no output {name!r}. {known}",
            "Deploy the chapter that exports it: up() in its notebook.",
        )

    def __repr__(self) -> str:
        lines = [f"{name} = {values.short(repr(each), LONG)}" for name, each in self._first()]
        return clean("\n".join([*lines, *self._rest()])) or "no outputs"

    def html(self) -> Markup:
        """A table of names and values."""
        if not self:
            return panels.panel(panels.muted("No outputs: nothing is deployed."), label="Outputs")
        rows = ((name, tag("code", values.short(str(each), 200))) for name, each in self._first())
        return panels.panel(
            panels.table("Outputs", ("name", "value"), rows),
            *(panels.muted(line) for line in self._rest()),
            label="Outputs",
        )

    def _first(self) -> list[tuple[str, Any]]:
        """Those that are shown, their names short enough."""
        return [(values.short(name, 200), each) for name, each in islice(self.items(), SHOWN)]

    def _rest(self) -> list[str]:
        return [f"{SHOWN} of {len(self):,} outputs shown."] if len(self) > SHOWN else []

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        return {"text/plain": repr(self), "text/html": str(self.html())}


@dataclass(frozen=True)
class Silent:
    """A result whose record is on the page already: a cell that ends with it shows no more."""

    def _ipython_display_(self) -> None:
        """Show nothing: the name is IPython's."""


@dataclass(frozen=True)
class Plan(Silent):
    """What an up would do.

    Attributes:
        changes: operation -> how many; empty when nothing would change.
        resources: all that there would be, and what each refers to; what would go among them.
    """

    changes: dict[str, int]
    resources: tuple[Resource, ...] = ()


@dataclass(frozen=True)
class UpRecord(Silent):
    """What an up has done.

    Attributes:
        outputs: of the stack, after it.
        changes: operation -> how many; empty when nothing changed.
    """

    outputs: Outputs
    changes: dict[str, int]


@dataclass(frozen=True)
class Receipt(Silent):
    """What a destroy has done.

    Attributes:
        deleted: how many resources.
        left: names of resources that are still there; empty when all is gone.
    """

    deleted: int
    left: tuple[str, ...] = ()


def outputs_of(raw: dict[str, Any], reveal: Callable[[str], Any]) -> Outputs:
    """The outputs as a state has them, secrets covered."""
    return Outputs(
        {
            name: Secret(name, reveal) if secret(value) else values.masked(value)
            for name, value in raw.items()
        }
    )
