"""A deployment as data: the engine's events change rows; nothing here draws, waits or calls.

The events are the JSON objects that the engine writes to its event log, as they come. A stream
may be cut short, out of order or from another version: a field that is missing or null is passed
over, and nothing is called done that the engine did not end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from lab.deploy import explain, values
from lab.deploy.belonging import Belonging
from lab.deploy.places import Place
from lab.deploy.rows import OPERATIONS, ORDER, UNCHANGED, Row, spoken

STACK = "pulumi:pulumi:Stack"
DEPLOYMENT = "aws.apigateway.Deployment"
ONCE_MORE = (
    "still part of what is served. Run `pulumi up` once more."  # gateway/deployment.py says so
)
TRIGGER = "what it freezes"  # the option replacement_trigger: no event names it
# The engine's last words on any failure; the failure itself was said before.
ECHOES = ("update failed", "preview failed", "destroy failed", "refresh failed", "update canceled")


@dataclass
class Deployment:
    """All that is known of one plan, up or destroy, while it runs and after.

    Attributes:
        kind: plan, up or destroy.
        where: what the record says of its surroundings: stack, target, region, version.
        status: idle, running, done, failed or stopped.
        notes: what a learner should know besides: what was kept, healed or waited for.
        problems: (message, fix) of what went wrong outside a single resource.
        result: the engine's own last word: succeeded, failed or nothing yet.
        outputs: the stack's outputs, secrets masked; changed_outputs: name -> what happened.
        usual: how many seconds an operation on a resource took before, as lab.deploy.usual has it.
        belonging: which resource belongs to which, as far as that has been told.
    """

    kind: str
    title: str = ""
    where: dict[str, str] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)
    status: str = "idle"
    phase: str = ""
    result: str = ""
    started: float = 0.0
    seconds: float | None = None
    rows: dict[str, Row] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)
    outputs: dict[str, Any] = field(default_factory=dict)
    changed_outputs: dict[str, str] = field(default_factory=dict)
    usual: Mapping[str, float] = field(default_factory=dict)
    belonging: Belonging = field(default_factory=Belonging)

    def begin(self, now: float, phase: str = "starting the engine") -> None:
        """The work starts; `now` is seconds of any clock that only goes forward."""
        self.status, self.started, self.phase = "running", now, phase

    def apply(self, event: Mapping[str, Any], now: float) -> None:
        """Take in one engine event."""
        for kind, take in (
            ("resourcePreEvent", self._pre),
            ("resOutputsEvent", self._outputs),
            ("resOpFailedEvent", self._failed),
        ):
            metadata = (event.get(kind) or {}).get("metadata")
            if isinstance(metadata, Mapping) and metadata.get("urn"):
                take(metadata, now)
        if isinstance(diagnostic := event.get("diagnosticEvent"), Mapping):
            self._diagnostic(diagnostic)
        if event.get("preludeEvent") is not None:
            self.phase = "running the program"
        if isinstance(summary := event.get("summaryEvent"), Mapping):
            self.result = str(summary.get("result") or "")

    def finish(self, status: str, now: float, message: str = "", fix: str = "") -> None:
        """The engine has ended: done, failed or stopped. Rows that still ran did not end well."""
        failed = self.result == "failed" or any(r.status == "failed" for r in self.rows.values())
        if status == "done" and failed:
            status = "failed"
        left = {"done": "done", "failed": "stopped", "stopped": "stopped"}[status]
        for row in self.rows.values():
            if row.status == "running":
                # A component has no event of its own at the end.
                row.status, row.seconds = left, now - row.started
            elif row.status == "failed" and status == "stopped":
                # A create that was told to stop ends as a failure of its own.
                row.status = "stopped"
        if message:
            self.problems.append((message, fix))
        self.status, self.phase, self.seconds = status, "", now - self.started

    @property
    def counts(self) -> dict[str, int]:
        """How many rows of each operation have been done (planned, in a plan), in fixed order."""
        found = Counter(r.operation for r in self.rows.values() if r.status in ("done", "planned"))
        return {operation: found[operation] for operation in ORDER if found[operation]}

    @property
    def changes(self) -> dict[str, int]:
        """The counts without what stayed as it was, and `outputs` when only those changed too."""
        found = {op: n for op, n in self.counts.items() if op not in UNCHANGED}
        if self.changed_outputs:
            found["outputs"] = len(self.changed_outputs)
        return found

    def shown(self) -> list[Row]:
        """The rows to draw: failed first, then what was changed, what runs last."""
        rank = {"failed": 0, "stopped": 1, "done": 2, "planned": 2, "running": 3}
        rows = [row for row in self.rows.values() if row.changed]
        return sorted(rows, key=lambda row: rank.get(row.status, 2))

    def of(self, *statuses: str) -> list[Row]:
        """The rows in one of these states."""
        return [row for row in self.rows.values() if row.status in statuses]

    def state(self) -> dict[str, Any]:
        """Everything as plain data that survives JSON."""
        data = asdict(replace(self, places={}, usual={}, belonging=Belonging()))
        for name in ("places", "usual", "belonging"):
            data.pop(name)
        rows = [{**row, "of": self.belonging.owner(urn)} for urn, row in data["rows"].items()]
        return {
            **data,
            "rows": rows,
            "problems": [list(problem) for problem in self.problems],
            "counts": self.counts,
            "changes": self.changes,
        }

    def _row(self, metadata: Mapping[str, Any], now: float) -> Row | None:
        """The row of a step's resource, made when new; None for what is not shown as a row."""
        urn, kind = str(metadata["urn"]), str(metadata.get("type") or "")
        if kind.startswith("pulumi:"):  # the stack, its providers, a look at its last outputs
            return None
        if urn not in self.rows:
            name = urn.rsplit("::", 1)[-1]
            place = self.places.get(name)
            self.rows[urn] = Row(urn, name, spoken(kind), started=now, place=place)
        for state in (metadata.get("old"), metadata.get("new")):
            if state:
                self.belonging.saw(urn, state)
        return self.rows[urn]

    def _pre(self, metadata: Mapping[str, Any], now: float) -> None:
        row = self._row(metadata, now)
        if row is None or row.status == "failed":
            return
        self._step(row, metadata)
        if row.seconds is not None:
            # A later step of the same resource: the clock goes on where it stopped.
            row.started, row.seconds = now - row.seconds, None
        row.status = "running"

    def _outputs(self, metadata: Mapping[str, Any], now: float) -> None:
        if metadata.get("type") == STACK:
            self._stack_outputs(metadata)
        row = self._row(metadata, now)
        if row is None or row.status == "failed":
            return
        self._step(row, metadata)
        if metadata.get("op") == "refresh":
            row.drift = "gone" if metadata.get("new") is None else row.drift
            row.drift = "changed" if metadata.get("detailedDiff") else row.drift
        row.status = "planned" if self.kind == "plan" else "done"
        row.seconds = now - row.started

    def _failed(self, metadata: Mapping[str, Any], now: float) -> None:
        row = self._row(metadata, now)
        if row is not None:
            self._step(row, metadata)
            row.status, row.seconds = "failed", now - row.started

    def _step(self, row: Row, metadata: Mapping[str, Any]) -> None:
        """What a step says of its row: the operation, what differs, what a refresh found."""
        operation = OPERATIONS.get(str(metadata.get("op")), str(metadata.get("op")))
        if self.kind == "destroy" and operation == "replace":
            operation = "delete"  # what an earlier, failed replacement left behind
        if row.operation == "replace" and operation in ("same", "delete", "refresh"):
            return
        row.operation = operation
        row.usual = self.usual.get(row.what)
        old, new = metadata.get("old") or {}, metadata.get("new") or {}
        if operation in ("update", "replace") and old and new:
            row.changes = values.changes(
                old.get("inputs"), new.get("inputs"), metadata.get("detailedDiff"),
                metadata.get("diffs"),
            )  # fmt: skip
            keys = [values.snake(str(key)) for key in metadata.get("keys") or ()]
            row.because = keys or sorted({c.path for c in row.changes if c.replaces})
            if operation == "replace" and row.type == DEPLOYMENT and not row.because:
                row.because = [TRIGGER]

    def _stack_outputs(self, metadata: Mapping[str, Any]) -> None:
        old = values.masked((metadata.get("old") or {}).get("outputs") or {})
        new = values.masked((metadata.get("new") or {}).get("outputs") or {})
        if metadata.get("op") != "delete":
            self.outputs = new
            self.changed_outputs = values.changed_outputs(old, new)

    def _diagnostic(self, diagnostic: Mapping[str, Any]) -> None:
        """An error becomes its row's message, or a problem of the whole; a program's own warning
        becomes a note; the rest is for logs.
        """
        message = str(diagnostic.get("message") or "").strip()
        if message.endswith(ONCE_MORE):
            self.notes.append(message.replace("`pulumi up`", "up()"))
        if diagnostic.get("severity") != "error" or not message or message in ECHOES:
            return
        urn = str(diagnostic.get("urn") or "")
        text, fix = explain.explain(message)
        row = self.rows.get(urn)
        if row is None and urn.count("::") >= 3:
            # A check that refuses comes before any step of the resource.
            kind = urn.split("::")[2].rsplit("$", 1)[-1]
            row = self._row({"urn": urn, "type": kind}, self.started)
        if row is not None:
            row.status, row.message, row.fix = "failed", text, fix
        elif (text, fix) not in self.problems:
            self.problems.append((text, fix))


def replay(deployment: Deployment, events: Iterable[Mapping[str, Any]]) -> Deployment:
    """Play a recorded stream; each event may carry the second at which it came as `t`."""
    last = 0.0
    deployment.begin(0.0)
    for event in events:
        last = float(event.get("t") or last)
        deployment.apply(event, last)
    return deployment
