"""The program as a graph: its resources, and which property of which refers to what.

The program runs under Pulumi's mocks, as in a preview: what only a deployment can tell is
unknown, what refers to what is not. Nothing is deployed.
"""

from __future__ import annotations

import contextvars
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs, Mocks, set_mocks

import gateway.program
from gateway.settings import Settings
from lab.deploy import places
from lab.mocks.mocks import event_loop

DEPENDS_ON = "depends_on"


@dataclass(frozen=True)
class Node:
    """One resource of the program."""

    name: str  # the logical name, `languageModelApi`
    type: str  # the token, `aws:apigateway/restApi:RestApi`
    chapter: int  # the chapter that adds it


@dataclass(frozen=True)
class Edge:
    """`source` cannot be made before `target`, because `property` of it refers to `target`."""

    source: str
    property: str  # as Python spells it; "depends_on" when no argument carries the reference
    target: str


@dataclass(frozen=True)
class Graph:
    """The resources in the order of the chapters, and what refers to what."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    def node(self, name: str) -> Node:
        """The resource of this name; KeyError when the program has none."""
        for node in self.nodes:
            if node.name == name:
                return node
        raise KeyError(f"gateway/ declares no resource {name!r}")

    def of_chapter(self, chapter: int) -> tuple[Node, ...]:
        """The resources that this chapter adds."""
        return tuple(node for node in self.nodes if node.chapter == chapter)


class _Recorder(MockMonitor):
    """Mocks that remember what each registration refers to."""

    def __init__(self) -> None:
        super().__init__(_Echo())
        self.types: dict[str, str] = {}
        self.edges: list[Edge] = []

    def RegisterResource(self, request: Any) -> Any:
        if not request.type.startswith("pulumi:"):
            self.types[request.name] = request.type
            self.edges += _edges(request)
        return super().RegisterResource(request)


# What the pages of chapters 22 to 25 set, too.
WITH_ALL = Settings(
    model_layer=False,
    logging_role="own",
    instances=1,
    candidate_instances=1,
    first_backend="instances",
)


class _Echo(Mocks):
    """A cloud that answers each creation with its own arguments and an id."""

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        if args.typ == "pulumi:pulumi:StackReference":
            return args.name, {**args.inputs, "outputs": {}}
        return f"{args.name}-id", dict(args.inputs)

    def call(self, args: MockCallArgs) -> dict[Any, Any]:  # type: ignore[override]
        network = {"id": "vpc-1", "ids": ["subnet-1", "subnet-2"]}
        return {"region": "us-east-1", "partition": "aws", **network}


def program_graph(settings: Settings = WITH_ALL) -> Graph:
    """The graph of the whole program, as these settings have it."""
    monitor = _Recorder()

    @pulumi.runtime.test
    def run() -> None:
        gateway.program.gateway(settings)

    def declare() -> None:
        with event_loop():
            set_mocks(_Echo(), project="gateway", stack="pictures", preview=True, monitor=monitor)
            run()

    # Pulumi's settings belong to a context: in one of its own, the mocks end with the run.
    contextvars.copy_context().run(declare)
    return _graph(monitor.types, monitor.edges)


def _graph(types: dict[str, str], edges: list[Edge]) -> Graph:
    """Put what was registered, in whatever order that happened, into a fixed order."""
    where = places.of_gateway()
    names = sorted(types, key=lambda name: (where[name].chapter, where[name].first, name))
    nodes = tuple(Node(name, types[name], where[name].chapter) for name in names)
    order = sorted(edges, key=lambda edge: (edge.source, edge.property, edge.target))
    return Graph(nodes, tuple(order))


def _edges(request: Any) -> Iterator[Edge]:
    """What one registration refers to, by argument; what no argument carries is depends_on."""
    carried: set[str] = set()
    for name in sorted(request.propertyDependencies):
        for urn in sorted(request.propertyDependencies[name].urns):
            carried.add(urn)
            yield Edge(request.name, snake(name), _name(urn))
    for urn in sorted(set(request.dependencies) - carried):
        yield Edge(request.name, DEPENDS_ON, _name(urn))


def _name(urn: str) -> str:
    return urn.rsplit("::", 1)[-1]


def snake(name: str) -> str:
    """Pulumi's wire name as Python spells it: `restApi` is `rest_api`."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()
