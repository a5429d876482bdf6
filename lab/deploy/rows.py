"""One resource of a deployment: what is done with it, how that goes, and what it is called."""

from __future__ import annotations

from dataclasses import dataclass, field

from lab.deploy import values
from lab.deploy.places import Place

# What the engine calls a step, and what a reader calls it.
OPERATIONS = {
    "same": "same",
    "create": "create",
    "update": "update",
    "delete": "delete",
    "read": "read",
    "refresh": "refresh",
    "import": "import",
    "replace": "replace",
    "create-replacement": "replace",
    "delete-replaced": "replace",
    "read-replacement": "replace",
    "import-replacement": "replace",
    "discard": "delete",
    "discard-replaced": "replace",
    "remove-pending-replace": "replace",
}
ORDER = ("create", "update", "replace", "delete", "import", "read", "refresh", "same")
UNCHANGED = ("same", "read", "refresh")


@dataclass
class Row:
    """One resource.

    Attributes:
        status: planned, running, done, failed or stopped.
        started: when it began (the clock of `apply`).
        seconds: how long it took; None while it runs.
        usual: seconds that the same took before, where that is known and worth telling.
        drift: what a refresh found: "gone", "changed" or nothing.
    """

    urn: str
    name: str
    type: str
    operation: str = ""
    status: str = "running"
    started: float = 0.0
    seconds: float | None = None
    usual: float | None = None
    changes: list[values.Change] = field(default_factory=list)
    because: list[str] = field(default_factory=list)
    drift: str = ""
    message: str = ""
    fix: str = ""
    place: Place | None = None

    @property
    def what(self) -> str:
        """The operation on the resource, by which its times are kept."""
        return f"{self.operation} {self.type} {self.name}"

    @property
    def changed(self) -> bool:
        """Whether a reader wants to see the row: it changes something, or went wrong."""
        wrong = self.status in ("failed", "stopped")
        return self.operation not in UNCHANGED or wrong or self.drift == "gone"


def spoken(kind: str) -> str:
    """A resource type as a program writes it: aws:iam/role:Role is aws.iam.Role."""
    parts = kind.split(":")
    if len(parts) != 3:
        return kind
    module = parts[1].split("/")[0].replace("lambda", "lambda_")
    return ".".join(part for part in (parts[0], module, parts[2]) if part != "index")
