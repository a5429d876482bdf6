"""Resources and what each needs: as a state has them, and as a plan would leave them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lab.deploy.rows import OPERATIONS, spoken
from lab.deploy.values import snake

DEPENDS_ON = "depends_on"  # what no argument carries
CHANGES = ("replace", "create", "update", "delete", "import")  # the one that counts comes first


@dataclass(frozen=True)
class Resource:
    """One resource.

    Attributes:
        type: as a program writes it, `aws.iam.Role`.
        parent: the URN of what it belongs to; "" where that is the stack.
        needs: what it refers to: the argument's name -> URNs.
        operation: what a plan would do with it; "" in a state, `same` where nothing.
    """

    urn: str
    type: str
    parent: str = ""
    needs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    operation: str = ""

    @property
    def name(self) -> str:
        """The logical name."""
        return self.urn.rsplit("::", 1)[-1]


def deployed(checkpoint: Mapping[str, Any]) -> tuple[Resource, ...]:
    """The resources of a state, the stack itself and its providers left out."""
    found: dict[str, Resource] = {}
    for each in checkpoint.get("resources") or ():
        if not each.get("delete"):  # what is only left to be deleted has a successor
            _add(found, str(each.get("urn", "")), each)
    return tuple(found.values())


def planned(plan: Mapping[str, Any], before: Iterable[Resource]) -> tuple[Resource, ...]:
    """The resources as a plan would leave them, and those that it would delete.

    Args:
        plan: as `pulumi preview --save-plan` writes it.
        before: those of the state, which alone know what a resource needs that goes.
    """
    known = {one.urn: one for one in before}
    found: dict[str, Resource] = {}
    for urn, each in (plan.get("resourcePlans") or {}).items():
        operation = _operation(each.get("steps") or ())
        if goal := each.get("goal"):
            _add(found, urn, goal, operation)
        elif urn in known:
            found[urn] = replace(known[urn], operation=operation)
    return tuple(found.values())


def _add(
    found: dict[str, Resource], urn: str, each: Mapping[str, Any], operation: str = ""
) -> None:
    kind = str(each.get("type", ""))
    if kind.startswith("pulumi:") or not urn:
        return
    parent = str(each.get("parent") or "")
    parent = "" if "::pulumi:pulumi:Stack::" in parent else parent
    found[urn] = Resource(urn, spoken(kind), parent, _needs(each), operation)


def _needs(each: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """What it refers to, by argument; what no argument carries is depends_on."""
    by_argument = {
        snake(str(name)): tuple(sorted(map(str, urns)))
        for name, urns in sorted((each.get("propertyDependencies") or {}).items())
        if urns
    }
    carried = {urn for urns in by_argument.values() for urn in urns}
    rest = tuple(sorted(set(map(str, each.get("dependencies") or ())) - carried))
    return {**by_argument, **({DEPENDS_ON: rest} if rest else {})}


def _operation(steps: Iterable[str]) -> str:
    """What a resource's steps come to: a replacement is made of three."""
    done = {OPERATIONS.get(str(step), str(step)) for step in steps}
    return next((one for one in CHANGES if one in done), "same")
