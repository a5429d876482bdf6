"""The deployment tree: what a plan, an up or a destroy does, while it runs and as a record."""

from __future__ import annotations

from typing import Any

from lab.deploy.rows import Row
from lab.deploy.state import Deployment
from lab.draw import panels, words
from lab.draw.html import Markup, clean, tag
from lab.draw.view import View

FOLD = 15  # rows that a record shows unfolded
WINDOW = 200  # rows that are drawn; more is a page nobody reads and a browser that stalls
CHANGES = 12  # property differences of one row that are drawn
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


class DeploymentView(View):
    """Rows by resource, failed ones first; unchanged ones are a number.

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
        rows, hidden = self._window()
        lines = [self._title()]
        for line in self._problems():
            lines += [f"  {words.FAILED}: {line}".replace("\n", "\n    ")]
        for row in rows:
            lines += _row_lines(row, self._status(row), self._took(row))
        lines += [hidden] if hidden else []
        lines += [f"  {line}" for line in (self._outputs(), *self.deployment.notes) if line]
        return clean("\n".join([*lines, self._status_line()]))

    def html(self) -> Markup:
        """The HTML form: the verdict, what runs, what was changed; folded only when it is over."""
        rows, hidden = self._window()
        rows.sort(key=lambda row: row.status != "running")
        fold = len(rows) if self.deployment.status == "running" else FOLD
        folded = rows[fold:]
        title = self._title()
        return panels.panel(
            panels.title(title),
            tag("p", self._badge(), " ", self._status_line()),
            *(_problem(text, fix) for text, fix in self.deployment.problems),
            self._table("Resources", rows[:fold]) if rows else None,
            panels.details(f"{len(folded)} more", self._table("More resources", folded))
            if folded
            else None,
            panels.muted(hidden) if hidden else None,
            *(panels.muted(line) for line in (self._outputs(), *self.deployment.notes) if line),
            label=title,
        )

    def _table(self, caption: str, rows: list[Row]) -> Markup:
        headings = ("what", "name", "took", "where it is made")
        return panels.table(caption, headings, map(self._html_row, rows), numbers=(2,))

    def _title(self) -> str:
        where = self.deployment.where
        return " · ".join([self.deployment.title or self.deployment.kind, *where.values()])

    def _window(self) -> tuple[list[Row], str]:
        rows = self.deployment.shown()
        if len(rows) <= WINDOW:
            return rows, ""
        # The first are the failed ones, the last are those that run: both must be seen.
        shown = [*rows[: WINDOW // 2], *rows[-WINDOW // 2 :]]
        return shown, f"{WINDOW} of {len(rows):,} changed resources shown."

    def _status(self, row: Row) -> words.Word:
        if row.status in ("failed", "stopped"):
            return words.STATES[row.status]
        return words.OPERATIONS.get(row.operation, words.UPDATE)

    def _took(self, row: Row) -> str:
        if row.status == "planned":
            return ""
        if row.status == "running":
            running = f" for {self.now - row.started:.0f} s" if self.now is not None else ""
            return f"{words.RUNNING}{running}"
        return words.seconds(row.seconds or 0.0)

    def _problems(self) -> list[str]:
        return [f"{text}\nFix: {fix}" if fix else text for text, fix in self.deployment.problems]

    def _outputs(self) -> str:
        changed = self.deployment.changed_outputs
        if not changed:
            return ""
        named = ", ".join(f"{words.OPERATIONS[how].symbol} {name}" for name, how in changed.items())
        return f"Outputs: {named}"

    def _badge(self) -> Markup:
        return panels.badge(words.STATES[self.deployment.status])

    def _status_line(self) -> str:
        """The last line of every form: what has been counted, how it ended and how long it took."""
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
            took = f" {self.now - deployment.started:.0f} s" if self.now is not None else ""
            running = len(deployment.of("running"))
            phase = f"{running} in work" if running else deployment.phase
            return "; ".join(part for part in (f"Running{took}", phase, said) if part) + "."
        if deployment.status == "idle":
            return "Not started."
        took = words.seconds(deployment.seconds or 0.0)
        done = "Nothing was changed by this plan; it took" if planned else "Done in"
        ended = {"done": done, "failed": "Failed after", "stopped": "Stopped after"}
        if deployment.status == "done" and not deployment.changes:
            said = f"No change: {said}" if said else "No change: there is nothing"
        said = said or "nothing was changed"
        return f"{said[:1].upper()}{said[1:]}. {ended[deployment.status]} {took}."

    def _html_row(self, row: Row) -> tuple[object, ...]:
        differences = [tag("div", tag("code", line)) for line in _differences(row)]
        message = _problem(row.message, row.fix) if row.message else None
        name = tag("strong", row.name, class_="kit-name")
        kind = tag("span", row.type, class_="kit-muted")
        made = tag("div", name, " ", kind, *differences, message)
        place = tag("span", row.place.short, class_="kit-place") if row.place else "your own"
        return panels.badge(self._status(row), _label(row)), made, self._took(row), place


def _problem(text: str, fix: str) -> Markup:
    """What went wrong: its first line, the lines of code below it if there are any, the fix."""
    first, _, rest = text.partition("\n")
    return panels.note(
        words.FAILED,
        tag("strong", first),
        panels.code(rest) if rest else None,
        panels.fix(fix),
    )


def _label(row: Row) -> str:
    """The word of a row's badge."""
    word = words.OPERATIONS[row.operation].word if row.operation in words.OPERATIONS else ""
    if row.status in ("failed", "stopped"):
        return ": ".join(part for part in (words.STATES[row.status].word, word) if part)
    return f"{word} (was gone)" if row.drift == "gone" else word


def _differences(row: Row) -> list[str]:
    lines = [f"replaced because {' and '.join(row.because)} changed"] if row.because else []
    for change in row.changes[:CHANGES]:
        lines.append(f"{change.path}: {change.before} → {change.after}")
    if len(row.changes) > CHANGES:
        lines.append(f"{len(row.changes) - CHANGES} more differences")
    return lines


def _message(row: Row) -> list[str]:
    return [line for line in (row.message, row.fix and f"Fix: {row.fix}") if line]


def _row_lines(row: Row, status: words.Word, took: str) -> list[str]:
    place = f"   {row.place}" if row.place else ""
    took = f"   {took}" if took else ""
    first = f"  {status.symbol} {_label(row)}  {row.type}  {row.name}{took}{place}"
    details = [*_differences(row), *_message(row)]
    return [first, *(f"      {line}" for text in details for line in text.splitlines())]
