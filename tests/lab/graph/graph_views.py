"""Graphs in their states, for the tests of what all views keep."""

from __future__ import annotations

from dataclasses import replace

from lab import course
from lab.deploy.resources import Resource
from lab.draw.guard import Failure
from lab.draw.view import View
from lab.graph.view import GraphView

WHERE = {"stack": "stack course", "target": "sandbox us-east-1"}
# The gateway of chapters 01 to 06: name, type, chapter, and what it refers to.
GATEWAY = (
    ("apiRole", "iam.Role", 1, {}),
    ("functionRole", "iam.Role", 2, {}),
    ("modelLogs", "cloudwatch.LogGroup", 2, {}),
    ("rights", "iam.RolePolicy", 2, {"role": ["functionRole"], "policy": ["modelLogs"]}),
    ("model", "lambda_.Function", 2, {"role": ["functionRole"], "logging_config": ["modelLogs"]}),
    ("invoke", "iam.RolePolicy", 2, {"role": ["apiRole"], "policy": ["model"]}),
    ("api", "apigateway.RestApi", 3, {}),
    ("apiPolicy", "apigateway.RestApiPolicy", 3, {"rest_api_id": ["api"], "policy": ["api"]}),
    ("path", "apigateway.Resource", 4, {"rest_api": ["api"], "parent_id": ["api"]}),
    ("method", "apigateway.Method", 4, {"rest_api": ["api"], "resource_id": ["path"]}),
    (
        "integration",
        "apigateway.Integration",
        5,
        {"http_method": ["method"], "uri": ["model"], "credentials": ["apiRole"]},
    ),
    (
        "deployment",
        "apigateway.Deployment",
        6,
        {"rest_api": ["api"], "depends_on": ["apiPolicy", "integration", "method", "path"]},
    ),
    ("stage", "apigateway.Stage", 6, {"rest_api": ["api"], "deployment": ["deployment"]}),
)
CHAPTERS = {name: chapter for name, _, chapter, _ in GATEWAY}
MANY = [each.number for each in course.CHAPTERS if each.steps][:16]
KINDS = ("iam.Role", "lambda_.Function", "apigateway.Method", "apigateway.Integration", "lb.Rule")


def urn(name: str) -> str:
    return f"urn:pulumi:course::gateway::aws::{name}"


def small(text: str = "") -> list[Resource]:
    """The gateway of chapters 01 to 06; with a text, one more that is called so and refers so."""
    made = [
        Resource(
            urn(name),
            f"aws.{kind}",
            needs={argument: tuple(map(urn, names)) for argument, names in needs.items()},
        )
        for name, kind, _, needs in GATEWAY
    ]
    mine = Resource(urn(text), f"aws.{text}", urn("api"), {text: (urn("model"),)})
    return [*made, *([mine] if text else [])]


def large(number: int = 100) -> list[Resource]:
    """So many, in sixteen chapters; each refers to the one before and to one far away."""
    return [
        Resource(
            urn(f"{chapter:02d}-{index}"),
            f"aws.{KINDS[index % 5]}",
            needs={"before": (urn(f"{MANY[(index - 1) % 16]:02d}-{index - 1}"),)} if index else {},
        )
        for index in range(number)
        for chapter in [MANY[index % 16]]
    ]


def chapter_of(name: str) -> int:
    return int(name[:2]) if name[:2].isdecimal() else CHAPTERS.get(name, 0)


def plan_of(resources: list[Resource], operations: dict[str, str]) -> list[Resource]:
    return [replace(one, operation=operations.get(one.name, "same")) for one in resources]


PLANNED = {"stage": "create", "deployment": "replace", "apiPolicy": "update", "rights": "delete"}


def graph_views(text: str = "What is gravity?") -> dict[str, View]:
    """Each of these views, by the name of its golden file."""
    broken = GraphView(small(), chapter_of, WHERE)
    broken.failure = Failure(f"The state {text}", "Because.", "Do this.")
    return {
        "graph_deployed": GraphView(small(), chapter_of, WHERE, again=small),
        "graph_planned": GraphView(plan_of(small(text), PLANNED), chapter_of, WHERE),
        "graph_folded": GraphView(large(), chapter_of, WHERE),
        "graph_chapter": GraphView(large(), chapter_of, WHERE, 5),
        "graph_empty": GraphView([], chapter_of, WHERE),
        "graph_failed": broken,
    }
