"""A clean-up on the page: what there is, with its age and cost; then what went, and what is left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lab.cleaning.state import Cleaning, Inventory, Thing
from lab.draw import panels, words
from lab.draw.html import Markup, clean, tag
from lab.draw.once import Drawn

SHOWN, FOLDED = 15, 200  # rows in sight, and rows at all
UNKNOWN = "unknown"
PREVIEW = words.Word("=", "preview", "quiet")
CONFIRM = "Nothing is deleted yet. To delete all of it, type the stack's name:"
HEADS = ("name", "what", "is", "age", "$ an hour at rest")


class CleaningView(Drawn):
    """What a stack has, or what a clean-up has done; the same facts as its receipt.

    Attributes:
        leftovers: ARNs of what has this stack's tags, and no state knows.
        deleted: how many were deleted.
        left: what is still there: names in the state, and ARNs.
        receipt: where the receipt is; "" after a look.
        tags: those by which things of this stack are known as this kit's.
    """

    def __init__(self, cleaning: Cleaning) -> None:
        self.cleaning = cleaning

    @property
    def leftovers(self) -> tuple[str, ...]:
        """ARNs of what has this stack's tags, and no state knows."""
        return tuple(thing.arn for thing in self.cleaning.latest.leftovers)

    @property
    def deleted(self) -> int:
        """How many were deleted."""
        return len(self.cleaning.deleted)

    @property
    def left(self) -> tuple[str, ...]:
        """What is still there: names in the state, and ARNs of what no state knows."""
        found = self.cleaning.latest
        return (*found.in_state, *self.leftovers)

    @property
    def receipt(self) -> str:
        """Where the receipt is; "" after a look."""
        return self.cleaning.receipt

    @property
    def tags(self) -> dict[str, str]:
        """The tags by which things of this stack are known as this kit's."""
        return dict(self.cleaning.before.tags)

    def state(self) -> dict[str, Any]:
        """All facts, as plain data."""
        return self.cleaning.facts()

    def text(self) -> str:
        """The plain-text form."""
        lines = [self._title(), f"  {self._badge()}: {self._sentence()}"]
        things = self._found().own
        for thing in things[:SHOWN]:
            called, what, how, age, cost = row(thing, self._found())
            lines.append(f"  {called:40} {what:18} {how}, {age}, {cost}")
        if len(things) > SHOWN:
            lines.append(f"  … {SHOWN} of {len(things):,} shown")
        for name, why in self._left():
            lines.append(f"  {words.LEFT_OVER}: {panels.excerpt(name, 200)}")
            lines.append(f"    {panels.excerpt(why, 300)}")
        if asked := self._asked_for():
            lines.append(f"  {CONFIRM} {asked}")
        lines += [f"  {line}" for line in self._remarks()]
        return clean("\n".join(panels.excerpt(line, 600) for line in lines))

    def html(self) -> Markup:
        """The verdict, what there is, what is left and how that is deleted."""
        things, left = self._found().own, self._left()
        rows = [row(thing, self._found()) for thing in things[:FOLDED]]
        asked = self._asked_for()
        more = f"{len(rows) - SHOWN} more of {len(things):,}"
        return panels.panel(
            panels.title(panels.excerpt(self._title(), 400)),
            tag("p", panels.badge(self._badge()), " ", self._sentence()),
            panels.note(PREVIEW, CONFIRM, panels.code(asked)) if asked else None,
            self._table("What there is", rows[:SHOWN]) if rows else None,
            panels.details(more, self._table("The rest", rows[SHOWN:]))
            if len(rows) > SHOWN
            else None,
            *(
                panels.note(words.LEFT_OVER, panels.excerpt(name, 200), panels.code(why))
                for name, why in left
            ),
            *(panels.muted(panels.excerpt(line, 600)) for line in self._remarks()),
            label="Clean up",
        )

    def _found(self) -> Inventory:
        """What is shown: what there is; when nothing is, what there was is told in a sentence."""
        return self.cleaning.latest

    def _badge(self) -> words.Word:
        return PREVIEW if self.cleaning.state == "idle" else words.STATES[self.cleaning.state]

    def _title(self) -> str:
        parts = (
            "Clean up",
            f"stack {self._found().stack}",
            self.cleaning.where,
            self.cleaning.when,
        )
        return " · ".join(part for part in parts if part)

    def _table(self, caption: str, rows: Sequence[tuple[object, ...]]) -> Markup:
        return panels.table(caption, HEADS, rows, numbers=(4,))

    def _sentence(self) -> str:
        made, found = self.cleaning, self._found()
        if made.state in ("failed", "stopped"):
            return panels.excerpt(f"{self._gone()} {made.problem[:5000]}".strip(), 600)
        if made.state == "done":
            but = " but what has to stay" if found.kept else ""
            return f"{self._gone()} Asked again, by tag: nothing is left{but}."
        told = f"{words.count(len(found.in_state), 'resource')} in the state"
        own, over = len(found.own), len(found.leftovers)
        told += f", {words.count(own, 'thing')} with its tags"
        told += f", of which no state knows {over:,}." if over else "."
        if own:
            told += f" {cost_of(found)}"
        return "There is nothing to delete." if found.empty else told

    def _gone(self) -> str:
        if self.deleted:
            return f"{words.count(self.deleted, 'thing')} deleted."
        ended = self.cleaning.state == "done"
        return "There was nothing to delete." if ended else "Nothing was deleted."

    def _left(self) -> list[tuple[str, str]]:
        """What a clean-up has left, and the command or the reason; nothing before it has ended."""
        made = self.cleaning
        if made.state not in ("failed", "stopped"):
            return []
        there = self._found()
        found = [(name, "In the state: destroy() deletes it.") for name in there.in_state[:SHOWN]]
        for thing in there.leftovers[:SHOWN]:
            why = made.refused.get(thing.arn, "")
            how = thing.command or "No command for it is known here: delete it in the console."
            told = (panels.excerpt(how, 600), panels.excerpt(why, 400))
            found.append((thing.arn, "\n".join(told).strip()))
        return found[:SHOWN]

    def _asked_for(self) -> str:
        """What has to be typed before anything is deleted; "" for nothing, or where it was."""
        name = self.cleaning.confirm if self.cleaning.state == "idle" else ""
        return f'clean_up(confirm="{name}")' if name else ""

    def _remarks(self) -> list[str]:
        made, found = self.cleaning, self._found()
        told = []
        told += [f"{one.name} stays: {one.kept}" for one in found.kept]
        if found.expired:
            told.append(f"Past its last day: {words.count(len(found.expired), 'thing')}.")
        if found.elsewhere:
            stacks = ", ".join(sorted({one.stack or UNKNOWN for one in found.elsewhere}))
            number = words.count(len(found.elsewhere), "thing")
            told.append(f"No state knows {number} of other stacks of yours: {stacks}.")
        told += [
            f"Stack {name}: {words.count(number, 'resource')} in its state. It stays; its own: "
            f'start(99, stack="{name}").'
            for name, number in found.other_stacks.items()
        ]
        if found.others:
            told.append(
                f"Of this project, but with another owner or none, and never touched here: "
                f"{words.count(found.others, 'thing')}."
            )
        told += [f"Not known, for it was not told: {one}" for one in found.unasked]
        if made.receipt:
            told.append(f"Receipt: {made.receipt}")
        return told


def row(thing: Thing, found: Inventory) -> tuple[str, str, str, str, str]:
    """A thing as the table has it."""
    word = words.IN_STATE if thing.known_to else words.KEPT if thing.kept else words.LEFT_OVER
    seconds = thing.age(found.now)
    age = UNKNOWN if seconds is None else old(seconds)
    if thing.expired(found.now):
        age += f", expired {panels.excerpt(thing.expires, 20)}"
    dollars = UNKNOWN if thing.hourly is None else price(thing.hourly)
    return panels.excerpt(thing.name, 100), thing.what, str(word), age, dollars


def cost_of(found: Inventory) -> str:
    """What all of it costs while nobody calls: as far as that is known."""
    known, unknown = found.hour()
    least = f"At rest it costs {'at least ' if unknown else ''}{price(known)} dollars an hour"
    return f"{least}; of {unknown} it is not known." if unknown else f"{least}."


def price(dollars: float) -> str:
    """An amount that may be small."""
    return f"{dollars:.2f}" if dollars >= 1 or not dollars else f"{dollars:.4f}"


def old(seconds: float) -> str:
    """An age: `40 s`, `12 min`, `5 h`, `3 days`."""
    for unit, factor in (("days", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * factor:
            return f"{seconds // factor:.0f} {unit}"
    return f"{seconds:.0f} s"
