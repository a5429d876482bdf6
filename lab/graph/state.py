"""A graph that can be read: what of many resources is shown, in layers along a request's way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from lab import course

MOST = 15  # boxes that can be read
CALLER = "caller"

# What a request meets, in order; a type belongs to the first layer that names it or its module.
LAYERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (CALLER, ()),
    (
        "stage",
        (
            "apigateway.Stage",
            "apigateway.UsagePlan",
            "apigateway.UsagePlanKey",
            "apigateway.ApiKey",
            "apigateway.MethodSettings",
            "wafv2",
        ),
    ),
    (
        "API",
        (
            "apigateway.Deployment",
            "apigateway.RestApi",
            "apigateway.RestApiPolicy",
            "apigateway.Response",
            "apigateway.Account",
        ),
    ),
    (
        "method",
        (
            "apigateway.Resource",
            "apigateway.Method",
            "apigateway.Authorizer",
            "apigateway.Model",
            "apigateway.RequestValidator",
            "cognito",
        ),
    ),
    ("integration", ("apigateway", "apigatewayv2", "lb")),
    ("function", ("lambda_", "autoscaling", "ec2.LaunchTemplate", "s3")),
    ("role", ("iam", "ec2", "vpc")),
    ("records", ()),
)


class Resource(Protocol):
    """What a graph is made of: lab.deploy.resources has them."""

    @property
    def urn(self) -> str:
        """Which it is."""

    @property
    def name(self) -> str:
        """The logical name."""

    @property
    def type(self) -> str:
        """As a program writes it."""

    @property
    def parent(self) -> str:
        """The URN of what it belongs to."""

    @property
    def needs(self) -> Mapping[str, tuple[str, ...]]:
        """Argument -> URNs."""

    @property
    def operation(self) -> str:
        """What a plan would do with it."""


@dataclass(frozen=True)
class Box:
    """One resource, or several that are one box.

    Attributes:
        layer: its place in LAYERS.
        chapter: which makes it; 0 where none does.
        operations: what a plan would do -> with how many; empty where nothing is planned.
        folded: whether it stands for a chapter.
    """

    name: str
    kind: str
    layer: int
    chapter: int
    members: tuple[str, ...]
    operations: Mapping[str, int] = field(default_factory=dict)
    folded: bool = False


@dataclass(frozen=True)
class Arrow:
    """A box refers to another, by these arguments."""

    source: int
    target: int
    names: tuple[str, ...]


@dataclass(frozen=True)
class Graph:
    """What is drawn: boxes in their order, arrows between their places in it."""

    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]

    @cached_property
    def drawn(self) -> tuple[Arrow, ...]:
        """The arrows without those that a longer way implies: all are in the table."""
        kept = list(self.arrows)
        for arrow in self.arrows:
            rest = [one for one in kept if one is not arrow]
            if _leads(rest, arrow.source, arrow.target):
                kept = rest
        return tuple(kept)


def _leads(arrows: Sequence[Arrow], start: int, goal: int) -> bool:
    """Whether there is a way from one box to another."""
    after: dict[int, list[int]] = {}
    for arrow in arrows:
        after.setdefault(arrow.source, []).append(arrow.target)
    seen, ahead = {start}, [start]
    while ahead:
        for target in after.get(ahead.pop(), ()):
            if target == goal:
                return True
            if target not in seen:
                seen.add(target)
                ahead.append(target)
    return False


def layer_of(kind: str) -> int:
    """The place in LAYERS of a type such as `aws.iam.Role`; the last one for what no layer names."""
    plain = kind.removeprefix("aws.")
    module = plain.split(".")[0]
    for wanted in (plain, module):
        for place, (_, kinds) in enumerate(LAYERS):
            if wanted in kinds:
                return place
    return len(LAYERS) - 1


def graph_of(
    resources: Sequence[Resource], chapter_of: Callable[[str], int], focus: int | None = None
) -> Graph:
    """What is shown of these resources.

    Args:
        chapter_of: the chapter that makes a resource, by its name; 0 for none.
        focus: the chapter whose resources are shown one by one; None for all alike. What does
            not fit is folded: by kind within that chapter, else by chapter.
    """
    boxes = _boxes(resources, chapter_of, focus)
    of = {urn: place for place, box in enumerate(boxes) for urn in box.members}
    names: dict[tuple[int, int], dict[str, None]] = {}
    for one in resources:
        needs = {**one.needs, **({"parent": (one.parent,)} if one.parent else {})}
        for name, urns in needs.items():
            for urn in urns:
                pair = (of.get(one.urn, -1), of.get(urn, -1))
                if -1 not in pair and pair[0] != pair[1]:
                    names.setdefault(pair, {})[name] = None
    stages = {of[one.urn] for one in resources if one.urn in of and _serves(one)}
    if stages:
        boxes = [Box("you", "whoever calls", 0, 0, ()), *boxes]
        names = {(a + 1, b + 1): told for (a, b), told in names.items()}
        names |= {(0, place + 1): {"calls": None} for place in stages}
    arrows = tuple(Arrow(a, b, tuple(told)) for (a, b), told in sorted(names.items()))
    return Graph(tuple(boxes), arrows)


def _serves(one: Resource) -> bool:
    return one.type == "aws.apigateway.Stage" and one.operation != "delete"


def _boxes(
    resources: Sequence[Resource], chapter_of: Callable[[str], int], focus: int | None
) -> list[Box]:
    if focus is None:
        if len(resources) <= MOST:
            return _in_order([_box([one], chapter_of) for one in resources])
        return _in_order(_by_chapter(resources, chapter_of))
    own = [one for one in resources if chapter_of(one.name) == focus]
    near = _near(own, resources)
    if len(own) + len(near) <= MOST:
        return _in_order([_box([one], chapter_of) for one in (*own, *near)])
    inner = (
        [_box([one], chapter_of) for one in own]
        if len(own) <= MOST // 2
        else [_box(group, chapter_of) for group in _grouped(own, lambda one: one.type)]
    )
    return _in_order([*inner, *_by_chapter(near, chapter_of)])


def _near(own: Sequence[Resource], resources: Sequence[Resource]) -> list[Resource]:
    """What these refer to, and what refers to them."""
    inside = {one.urn for one in own}
    asked = {urn for one in own for urn in _targets(one)}
    return [
        one
        for one in resources
        if one.urn not in inside and (one.urn in asked or inside & _targets(one))
    ]


def _targets(one: Resource) -> set[str]:
    return {one.parent, *(urn for urns in one.needs.values() for urn in urns)} - {""}


def _by_chapter(resources: Sequence[Resource], chapter_of: Callable[[str], int]) -> list[Box]:
    groups = _grouped(resources, lambda one: str(chapter_of(one.name)))
    return [_box(group, chapter_of, folded=True) for group in groups]


def _grouped(resources: Sequence[Resource], key: Callable[[Resource], str]) -> list[list[Resource]]:
    found: dict[str, list[Resource]] = {}
    for one in resources:
        found.setdefault(key(one), []).append(one)
    return list(found.values())


def _box(
    group: Sequence[Resource], chapter_of: Callable[[str], int], *, folded: bool = False
) -> Box:
    """One box for resources: of one type, or of one chapter where it is folded."""
    first, chapter = group[0], chapter_of(group[0].name)
    layers = Counter(layer_of(one.type) for one in group)
    layer = min(layers, key=lambda place: (-layers[place], place))
    kind = first.type.rsplit(".", 1)[-1]
    name = first.name if len(group) == 1 else f"{kind} ×{len(group)}"
    if folded:
        name = f"{chapter:02d} · {course.find(chapter).title}" if chapter else "your own"
        kind = f"{len(group)} resource{'s' * (len(group) > 1)}"
    done = Counter(one.operation for one in group if one.operation)
    members = tuple(one.urn for one in group)
    return Box(name, kind, layer, chapter, members, dict(done), folded)


def _in_order(boxes: Iterable[Box]) -> list[Box]:
    return sorted(boxes, key=lambda box: (box.layer, box.chapter, box.name))
