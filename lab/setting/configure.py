"""`configure`: what `pulumi config set` does, from a notebook."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

import gateway
from lab.errors import LabError
from lab.session import session

PROJECT_FILE = Path(gateway.__file__).with_name("Pulumi.yaml")


def configure(**settings: Any) -> None:
    """Set settings of gateway/ for the next `plan` and `up` of this stack; None takes one back.

    >>> configure(instances=1)        # pulumi config set gateway:instances 1
    gateway:instances = 1

    Raises:
        LabError: there is no such setting.
    """
    for name in settings:
        if name not in known():
            raise LabError(
                f"gateway/ has no setting {name!r}.", f"It has {', '.join(sorted(known()))}."
            )
    session.current().stack.configure(
        {f"gateway:{name}": text(value) for name, value in settings.items()}
    )
    for name, value in settings.items():
        default = known()[name]["default"]
        print(f"gateway:{name} = {default if value is None else text(value)}")


@cache
def known() -> dict[str, Any]:
    """The settings that Pulumi.yaml offers, each with its default."""
    found: dict[str, Any] = yaml.safe_load(PROJECT_FILE.read_text("utf-8"))["config"]
    return found


def text(value: Any) -> str | None:
    """A value as a stack's configuration has it."""
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)
