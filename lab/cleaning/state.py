"""What is there, by state and by tag, and how far a clean-up has come: values, and sums of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timezone
from typing import Any

from lab.cleaning.kinds import command_of, kind_of, order_of
from lab.cost.prices import AT_REST, KNOWN
from lab.cost.state import HOURS

PROJECT, STACK, OWNER = "gateway:project", "gateway:stack", "gateway:owner"
MADE, EXPIRES = "gateway:made", "gateway:expires"
GROUP = "aws:autoscaling:groupName"  # AWS's own, on what a group has launched
PRICES = {**KNOWN, **{price.name: price for price in AT_REST}}
PRICED_TYPE = "c7i.large"  # the one instance type that has a price here


@dataclass(frozen=True)
class Thing:
    """A thing that has our tags.

    Attributes:
        stack: the one that it says it belongs to.
        made: when, in ISO's form; "" where nobody says.
        expires: the day after which nobody needs it; "" for none.
        known_to: the stack whose state has it; "": no state does.
        size: of an instance, its type.
        kept: why it stays when all else goes; "": it goes, too.
    """

    arn: str
    stack: str
    made: str = ""
    expires: str = ""
    known_to: str = ""
    size: str = ""
    kept: str = ""

    @property
    def what(self) -> str:
        """The kind of thing."""
        return kind_of(self.arn)[0].name

    @property
    def name(self) -> str:
        """Its own name, without what it belongs to."""
        kind, names = kind_of(self.arn)
        return names[kind.own]

    @property
    def hourly(self) -> float | None:
        """Dollars for an hour in which nobody calls; None: not known."""
        names = kind_of(self.arn)[0].rest
        if names is None or (self.what == "instance" and self.size != PRICED_TYPE):
            return None
        parts = []
        for price in (PRICES[name] for name in names):
            if price.dollars is None:
                return None
            parts.append(price.dollars / (HOURS if price.unit == "month" else 1))
        return sum(parts)

    @property
    def command(self) -> str:
        """What deletes it from a terminal; "" where that is not known."""
        return command_of(self.arn)

    def age(self, now: datetime) -> float | None:
        """Seconds since it was made; None: not known."""
        then = moment(self.made)
        return None if then is None else max(0.0, (now - then).total_seconds())

    def expired(self, now: datetime) -> bool:
        """Whether its last day is over."""
        return bool(self.expires) and self.expires < now.date().isoformat()

    def facts(self, now: datetime) -> dict[str, Any]:
        """All of it as plain data."""
        told = {"what": self.what, "name": self.name, "hourly": self.hourly}
        more = {"age": self.age(now), "expired": self.expired(now), "command": self.command}
        return {**asdict(self), **told, **more}


def moment(text: str) -> datetime | None:
    """A time as a tag or an answer of AWS has it; None where it is none."""
    try:
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=timezone.utc)


def thing_of(
    arn: str,
    tags: Mapping[str, str],
    known: Mapping[str, Iterable[str]],
    made: str = "",
    size: str = "",
    kept: str = "",
) -> Thing:
    """A thing as its tags and the states describe it.

    Args:
        known: ARNs and ids in the state, by stack.
        made: when, as its service says; our own tag counts first.
    """
    names = {arn, tags.get(GROUP) or arn}  # what a group has launched is the group's
    stack = next((stack for stack, its in known.items() if names & set(its)), "")
    told = (tags.get(MADE) or made, tags.get(EXPIRES, ""))
    return Thing(arn, tags.get(STACK, ""), *told, stack, size, kept)


@dataclass(frozen=True)
class Inventory:
    """What there is.

    Attributes:
        stack: the one that is looked at.
        in_state: the Pulumi names in its state.
        things: all that has this kit's tags, of whichever stack.
        others: how many things of the project are not this kit's.
        other_stacks: how many resources the states of other stacks have.
        unasked: which services did not answer, and why: what they have is not known.
        tags: those by which things of this stack are known as this kit's.
    """

    stack: str
    now: datetime
    in_state: tuple[str, ...] = ()
    things: tuple[Thing, ...] = ()
    others: int = 0
    other_stacks: Mapping[str, int] = field(default_factory=dict)
    unasked: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def own(self) -> list[Thing]:
        """What says that it is this stack's: first what is left over, then what costs most."""
        found = [thing for thing in self.things if thing.stack == self.stack]
        return sorted(
            found, key=lambda one: (bool(one.known_to or one.kept), -(one.hourly or 0), one.arn)
        )

    @property
    def leftovers(self) -> list[Thing]:
        """What is this stack's and in no state, in the order in which it can be deleted."""
        found = [thing for thing in self.own if not (thing.known_to or thing.kept)]
        return sorted(found, key=lambda one: (order_of(kind_of(one.arn)[0]), one.arn))

    @property
    def elsewhere(self) -> list[Thing]:
        """What no state knows, and is of another stack of this kit."""
        others = [one for one in self.things if one.stack != self.stack]
        return [one for one in others if not (one.known_to or one.kept)]

    @property
    def kept(self) -> list[Thing]:
        """What is no more in a state, and stays all the same."""
        return [thing for thing in self.own if thing.kept and not thing.known_to]

    @property
    def expired(self) -> list[Thing]:
        """What has a last day, which is over."""
        return [thing for thing in self.own if thing.expired(self.now)]

    def hour(self) -> tuple[float, int]:
        """Dollars an hour at rest, and of how many things that is not known."""
        costs = [thing.hourly for thing in self.own]
        return sum(cost for cost in costs if cost is not None), costs.count(None)

    @property
    def empty(self) -> bool:
        """Whether nothing of this stack is left, as far as all could be asked."""
        going = [thing for thing in self.own if thing.known_to or not thing.kept]
        return not (self.in_state or going or self.unasked)

    def after_destroy(self, names: Iterable[str], known: Collection[str]) -> Inventory:
        """The same after a destroy that may not have come to its end.

        Args:
            names: in the state now.
            known: ARNs and ids in the state now. What a group has launched is in none: it stays.
        """
        things = [
            thing
            for thing in self.things
            if thing.known_to != self.stack or thing.arn in known or thing.what == "instance"
        ]
        return replace(self, in_state=tuple(names), things=tuple(things))

    def facts(self) -> dict[str, Any]:
        """All of it as plain data."""
        dollars, unknown = self.hour()
        return {
            "stack": self.stack,
            "in_state": list(self.in_state),
            "things": [thing.facts(self.now) for thing in self.own],
            "elsewhere": [thing.facts(self.now) for thing in self.elsewhere],
            "others": self.others,
            "other_stacks": dict(self.other_stacks),
            "unasked": list(self.unasked),
            "tags": dict(self.tags),
            "dollars_an_hour": dollars,
            "of_unknown_cost": unknown,
        }


@dataclass
class Cleaning:
    """A clean-up: what was there, what was done, what is left.

    Attributes:
        state: idle (a preview), running, done, failed or stopped.
        confirm: what has to be typed before anything is deleted; "" for nothing.
        deleted: names from the state, and ARNs of what no state knew.
        refused: why something that no state knew could not be deleted, by its ARN.
        receipt: where the receipt is; "" while there is none.
    """

    before: Inventory
    where: str = ""
    when: str = ""
    confirm: str = ""
    state: str = "idle"
    problem: str = ""
    deleted: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    after: Inventory | None = None
    receipt: str = ""

    @property
    def latest(self) -> Inventory:
        """What was there when it was looked at last."""
        return self.after or self.before

    def may_go(self) -> list[Thing]:
        """What no state knows now, and the preview has named as such."""
        named = {thing.arn for thing in self.before.leftovers}
        return [thing for thing in self.latest.leftovers if thing.arn in named]

    def facts(self) -> dict[str, Any]:
        """All of it as plain data: what a receipt is made of."""
        return {
            "state": self.state,
            "where": self.where,
            "when": self.when,
            "confirm": self.confirm,
            "problem": self.problem,
            "deleted": list(self.deleted),
            "refused": dict(self.refused),
            "before": self.before.facts(),
            "after": self.after.facts() if self.after else None,
            "receipt": self.receipt,
        }
