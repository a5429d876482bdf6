"""Which boxes there are, in which layer, and what refers to what."""

import time

import pytest

from lab.deploy.resources import Resource
from lab.graph.layout import COLUMNS, places
from lab.graph.state import LAYERS, MOST, Arrow, Box, Graph, graph_of, layer_of
from tests.lab.graph.graph_views import chapter_of, large, plan_of, small, urn

NAMES = [name for name, _ in LAYERS]


@pytest.mark.parametrize(
    "kind, layer",
    [
        ("aws.apigateway.Stage", "stage"),
        ("aws.apigateway.RestApi", "API"),
        ("aws.apigateway.Method", "method"),
        ("aws.apigateway.Integration", "integration"),
        ("aws.apigatewayv2.VpcLink", "integration"),
        ("aws.lambda_.Function", "function"),
        ("aws.ec2.LaunchTemplate", "function"),
        ("aws.ec2.SecurityGroup", "role"),
        ("aws.iam.RolePolicy", "role"),
        ("aws.dynamodb.Table", "records"),
        ("random.RandomId", "records"),
        ("", "records"),
    ],
)
def test_a_type_has_its_place_on_the_way_of_a_request(kind, layer):
    assert NAMES[layer_of(kind)] == layer


def named(graph: Graph) -> list[tuple[str, str]]:
    return [(graph.boxes[a.source].name, graph.boxes[a.target].name) for a in graph.drawn]


def test_few_are_all_shown_in_the_order_of_the_way_behind_whoever_calls():
    graph = graph_of(small(), chapter_of)
    assert [box.name for box in graph.boxes][:3] == ["you", "stage", "api"]
    assert [box.layer for box in graph.boxes] == sorted(box.layer for box in graph.boxes)
    assert len(graph.boxes) == 14
    assert Arrow(0, 1, ("calls",)) in graph.arrows
    assert graph.boxes[0].kind == "whoever calls"


def test_what_a_longer_way_implies_is_not_drawn_and_is_in_the_table():
    graph = graph_of(small(), chapter_of)
    pairs = {(graph.boxes[a.source].name, graph.boxes[a.target].name) for a in graph.arrows}
    assert ("stage", "api") in pairs and ("stage", "api") not in named(graph)
    assert ("stage", "deployment") in named(graph) and ("path", "api") in named(graph)


def test_boxes_that_refer_to_each_other_stay_connected():
    boxes = tuple(Box(name, "x", 1, 0, (name,)) for name in "abc")
    ring = tuple(Arrow(a, b, ("x",)) for a, b in ((0, 1), (0, 2), (1, 2), (2, 1)))
    drawn = Graph(boxes, ring).drawn
    assert {(a.source, a.target) for a in drawn} in (
        {(0, 1), (1, 2), (2, 1)},
        {(0, 2), (1, 2), (2, 1)},
    )


@pytest.mark.parametrize(("number", "boxes"), [(MOST - 1, MOST - 1), (MOST, MOST), (MOST + 1, 1)])
def test_so_many_are_shown_one_by_one_as_can_be_read(number, boxes):
    resources = [Resource(urn(f"r{n}"), "aws.iam.Role") for n in range(number)]
    assert len(graph_of(resources, lambda name: 3).boxes) == boxes


def test_many_are_folded_by_chapter():
    graph = graph_of(large(), chapter_of)
    assert len(graph.boxes) == 16 and sum(len(box.members) for box in graph.boxes) == 100
    assert {box.name for box in graph.boxes} >= {
        "05 · The integration",
        "06 · Deployment and stage",
    }


def test_a_chapter_is_shown_one_by_one_and_its_neighbours_are_folded():
    graph = graph_of(large(), chapter_of, 5)
    assert [box.chapter for box in graph.boxes if len(box.members) == 1].count(5) == 6
    assert {box.name[:2] for box in graph.boxes if box.folded} == {"04", "06"}


def test_a_chapter_with_too_many_is_grouped_by_kind():
    graph = graph_of(large(1000), chapter_of, 5)
    assert [box.name for box in graph.boxes if box.chapter == 5] == [
        "Method ×12", "Integration ×12", "Rule ×13", "Function ×13", "Role ×13",
    ]  # fmt: skip
    assert len(graph.boxes) <= MOST


def test_what_no_chapter_makes_is_your_own():
    mine = [one for one in large(1)] + [type(one)(urn(f"mine{n}"), "aws.s3.Bucket") for n, one in enumerate(small() * 2)]  # fmt: skip
    assert "your own" in {box.name for box in graph_of(mine, chapter_of).boxes}


def test_a_reference_to_what_is_not_there_is_none():
    one = small()[5]
    graph = graph_of([one], chapter_of)
    assert (len(graph.boxes), graph.arrows) == (1, ())


def test_a_plans_operations_are_counted_in_each_box():
    planned = plan_of(large(), {"05-4": "create", "05-20": "replace"})
    box = next(b for b in graph_of(planned, chapter_of).boxes if b.chapter == 5)
    assert box.operations == {"create": 1, "replace": 1, "same": 4}


def test_a_stage_that_goes_is_called_by_nobody():
    planned = plan_of(small(), {"stage": "delete"})
    assert "you" not in [box.name for box in graph_of(planned, chapter_of).boxes]


# Places


@pytest.mark.parametrize("resources", [small(), large(), large(1000), []])
def test_each_box_has_a_seat_of_its_own_below_what_comes_before_it(resources):
    graph = graph_of(resources, chapter_of)
    seats = places(graph)
    taken = list(zip(seats.rows, seats.columns, strict=True))
    assert len(set(taken)) == len(graph.boxes)
    assert all(0 <= column < COLUMNS for column in seats.columns)
    assert list(seats.rows) == sorted(seats.rows)
    assert [seats.layers[row] for row in seats.rows] == [box.layer for box in graph.boxes]


def test_a_box_sits_near_what_it_touches():
    graph = graph_of(small(), chapter_of)
    seats = dict(zip([box.name for box in graph.boxes], places(graph).columns, strict=True))
    assert seats["you"] == seats["stage"]
    assert abs(seats["stage"] - seats["deployment"]) <= 1


@pytest.mark.parametrize("place", range(COLUMNS))
def test_a_box_that_touches_one_box_sits_right_below_it(place):
    above = [Box(name, "x", 0, 0, (name,)) for name in "abcdefg"[:COLUMNS]]
    graph = Graph((*above, Box("below", "x", 1, 0, ("below",))), (Arrow(place, COLUMNS, ("x",)),))
    seats = places(graph)
    assert seats.columns[COLUMNS] == seats.columns[place]


def test_ten_thousand_resources_are_folded_quickly():
    resources = large(10_000)
    began = time.process_time()
    assert len(graph_of(resources, chapter_of).boxes) == 16
    assert time.process_time() - began < 1.0
