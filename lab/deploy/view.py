"""The deployment tree: what a plan, an up or a destroy does, while it runs and as a record."""

from __future__ import annotations

from typing import Any

from lab.deploy import branches, nesting
from lab.deploy.rows import Row
from lab.deploy.state import Deployment
from lab.draw import panels, words
from lab.draw.html import Markup, clean, tag
from lab.draw.view import View

FOLD = 15  # rows that are shown unfolded
WINDOW = 200  # rows that are drawn; more is a page nobody reads and a browser that stalls
VERBS = {
    "create": ("will be created", "created"),
    "update": ("will be updated", "updated"),
    "replace": ("will be replaced", "replaced"),
    "delete": ("will be deleted", "deleted"),
    "import": ("will be imported", "imported"),
    "read": ("will be read", "read"),
    "refresh": ("will be refreshed", "refreshed"),
    "same": ("unchanged", "unchanged"),
}
NO_CHANGE = "Nothing was changed by this plan"


class DeploymentView(View):
    """Rows below what they belong to, failed ones first; unchanged ones are a number.

    As text, the rows that run and the verdict come last, where a terminal ends; on a page they come
    first, where a reader begins.

    Args:
        deployment: what is drawn.
        now: the seconds of the clock that the deployment is told; for what still runs.
    """

    def __init__(self, deployment: Deployment, now: float | None = None) -> None:
        self.deployment = deployment
        self.now = now

    def state(self) -> dict[str, Any]:
        """All facts, as plain data."""
        return self.deployment.state()

    def text(self) -> str:
        """The plain-text form."""
        tree, running, hidden = self._rows()
        lines = [" · ".join([self._title(), *self.deployment.where.values()])]
        for line in self._problems():
            lines += [f"  {words.FAILED}: {line}".replace("\n", "\n    ")]
        for rows in (tree, running):
            urns = _urns(rows)
            for depth, row in rows:
                lines += branches.text(row, depth, self._took(row), self._of(row, urns))
        lines += [hidden] if hidden else []
        lines += [f"  {line}" for line in (self._outputs(), *self.deployment.notes) if line]
        return clean("\n".join([*lines, self._status_line()]))

    def html(self) -> Markup:
        """The HTML form: the verdict, what runs, the tree of what was changed, the rest of it folded.

        While it runs nothing is folded: to draw it again would close it under the reader's hand.
        """
        tree, running, hidden = self._rows()
        shown, rest = tree[:FOLD], tree[FOLD:]
        return panels.panel(
            self._verdict(),
            *(branches.problem(text, fix) for text, fix in self.deployment.problems),
            self._list(running, "In work", "kit-now") if running else None,
            self._list(shown, "Resources") if shown else None,
            self._more(rest) if rest else None,
            panels.muted(hidden) if hidden else None,
            *(panels.muted(line) for line in (self._outputs(), *self.deployment.notes) if line),
            panels.muted(" · ".join(self._told())),
            label=self._title(),
            sheet="tree",
        )

    def _verdict(self) -> Markup:
        """Badge, what, count and clock, on one line where there is room."""
        status = self.deployment.status
        counted = "" if status == "idle" else self._counted()
        return tag(
            "p",
            panels.badge(words.STATES[status]),
            " ",
            tag("strong", self._title(), class_="kit-title"),
            " ",
            tag("span", counted) if counted else None,
            " ",
            tag("span", clock, class_="kit-clock") if (clock := self._clock()) else None,
            class_="kit-verdict",
        )

    def _told(self) -> list[str]:
        """The last line: that a plan is none but a plan, and where all this was."""
        deployment = self.deployment
        planned = deployment.kind == "plan" and deployment.status == "done" and deployment.changes
        return [*([NO_CHANGE] if planned else []), *deployment.where.values()]

    def _list(self, rows: list[tuple[int, Row]], label: str, look: str = "") -> Markup:
        began, urns = self.deployment.started, _urns(rows)
        items = (
            (n, branches.html(row, self._took(row), self._of(row, urns), began)) for n, row in rows
        )
        return branches.tree(items, label, look)

    def _more(self, rest: list[tuple[int, Row]]) -> Markup:
        said = f"{len(rest)} more"
        if self.deployment.status == "running":
            return panels.muted(f"{said}, shown when this is over")
        again = nesting.grow([row for _, row in rest], self.deployment.belonging.owner)
        return panels.details(said, self._list(nesting.flat(again), "More resources"))

    def _of(self, row: Row, shown: set[str]) -> str:
        """The name of what a row belongs to, where that does not stand above it."""
        owner = self.deployment.belonging.owner(row.urn)
        above = owner in shown and row.status != "running"
        return "" if above else owner.rsplit("::", 1)[-1]

    def _title(self) -> str:
        return self.deployment.title or self.deployment.kind

    def _rows(self) -> tuple[list[tuple[int, Row]], list[tuple[int, Row]], str]:
        """The tree and the rows that run, each row with its depth; and what is left out, in words."""
        rows, hidden = self._window()
        over = [row for row in rows if row.status != "running"]
        running = [(0, row) for row in rows if row.status == "running"]
        return nesting.flat(nesting.grow(over, self.deployment.belonging.owner)), running, hidden

    def _window(self) -> tuple[list[Row], str]:
        rows = self.deployment.shown()
        if len(rows) <= WINDOW:
            return rows, ""
        # The first are the failed ones, the last are those that run: both must be seen.
        shown = [*rows[: WINDOW // 2], *rows[-WINDOW // 2 :]]
        return shown, f"{WINDOW} of {len(rows):,} changed resources shown."

    def _took(self, row: Row) -> str:
        """How long it took, takes, or is going to take as far as earlier times tell."""
        usually = f"usually {words.seconds(row.usual)}" if row.usual is not None else ""
        if row.status == "planned":
            return usually
        if row.status == "running":
            so_far = f"{self.now - row.started:.0f} s" if self.now is not None else ""
            return ", ".join(part for part in (so_far, usually) if part)
        return words.seconds(row.seconds or 0.0)

    def _problems(self) -> list[str]:
        return [f"{text}\nFix: {fix}" if fix else text for text, fix in self.deployment.problems]

    def _outputs(self) -> str:
        changed = self.deployment.changed_outputs
        if not changed:
            return ""
        named = ", ".join(f"{words.OPERATIONS[how].symbol} {name}" for name, how in changed.items())
        return f"Outputs: {named}"

    def _counted(self) -> str:
        """What has been counted, as both forms say it."""
        deployment, planned = self.deployment, self.deployment.kind == "plan"
        counted = [
            f"{number} {words.STATES[status].word}"
            for status in ("failed", "stopped")
            if (number := len(deployment.of(status)))
        ]
        counted += [
            f"{number} {VERBS[operation][0 if planned else 1]}"
            for operation, number in deployment.counts.items()
        ]
        said = ", ".join(counted)
        if deployment.status == "running":
            running = len(deployment.of("running"))
            phase = f"{running} in work" if running else deployment.phase
            return "; ".join(part for part in (phase, said) if part)
        if deployment.status == "done" and not deployment.changes:
            return f"No change: {said}" if said else "No change: there is nothing"
        return said or "nothing was changed"

    def _clock(self) -> str:
        deployment = self.deployment
        if deployment.status == "running":
            return f"{self.now - deployment.started:.0f} s" if self.now is not None else ""
        return "" if deployment.status == "idle" else words.seconds(deployment.seconds or 0.0)

    def _status_line(self) -> str:
        """The last line of the text: what has been counted, how it ended and how long it took."""
        status, said, clock = self.deployment.status, self._counted(), self._clock()
        if status == "idle":
            return "Not started."
        if status == "running":
            return "; ".join(part for part in (f"Running {clock}".rstrip(), said) if part) + "."
        done = f"{NO_CHANGE}; it took" if self.deployment.kind == "plan" else "Done in"
        ended = {"done": done, "failed": "Failed after", "stopped": "Stopped after"}
        return f"{said[:1].upper()}{said[1:]}. {ended[status]} {clock}."


def _urns(rows: list[tuple[int, Row]]) -> set[str]:
    """Which resources are among these rows."""
    return {row.urn for _, row in rows}
