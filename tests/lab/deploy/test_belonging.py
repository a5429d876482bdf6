"""Which resource belongs to which: as events tell it, and as a plan does."""

import json
from pathlib import Path

import pytest

from lab.deploy import nesting
from lab.deploy.belonging import OWNERS, Belonging
from lab.deploy.resources import Resource
from lab.deploy.rows import Row, spoken
from lab.deploy.state import Deployment
from lab.deploy.values import UNKNOWN
from sandbox.provider.core import facts

API = "aws:apigateway/restApi:RestApi"
PATH = "aws:apigateway/resource:Resource"
METHOD = "aws:apigateway/method:Method"
INTEGRATION = "aws:apigateway/integration:Integration"


def urn(kind: str, name: str) -> str:
    return f"urn:pulumi:course::gateway::{kind}::{name}"


def seen(*resources: tuple[str, str, dict, dict]) -> Belonging:
    """What has been told of (type, name, inputs, what the state has besides)."""
    found = Belonging()
    for kind, name, inputs, more in resources:
        found.saw(urn(kind, name), {"type": kind, "inputs": inputs, **more})
    return found


ON = {"restApi": "a", "resourceId": "p", "httpMethod": "POST"}
ALL = [
    (INTEGRATION, "ask", ON, {}),  # a destroy tells of what stands below first
    (METHOD, "post", ON, {"id": "agm-a-p-POST"}),
    (METHOD, "get", {**ON, "httpMethod": "GET"}, {}),
    (PATH, "model", {"restApi": "a", "parentId": "root"}, {"id": "p"}),
    (API, "api", {}, {"id": "a", "outputs": {"rootResourceId": "root"}}),
]


def test_each_stands_below_the_closest_that_an_argument_names():
    found = seen(*ALL)
    owners = {name: found.owner(urn(kind, name)) for kind, name, *_ in ALL}
    assert owners == {
        "ask": urn(METHOD, "post"),
        "post": urn(PATH, "model"),
        "get": urn(PATH, "model"),
        "model": urn(API, "api"),
        "api": "",
    }


def test_an_owner_is_known_by_its_arn_where_that_is_not_its_id():
    wall, association = "aws:wafv2/webAcl:WebAcl", "aws:wafv2/webAclAssociation:WebAclAssociation"
    found = seen(
        (wall, "wall", {}, {"id": "11", "outputs": {"arn": "arn:of-the-wall"}}),
        (association, "on-the-stage", {"webAclArn": "arn:of-the-wall"}, {}),
    )
    assert found.owner(urn(association, "on-the-stage")) == urn(wall, "wall")


@pytest.mark.parametrize("value", [None, "", UNKNOWN, {"secret": 1}, "of nobody"])
def test_what_is_not_known_stands_alone(value):
    found = seen((API, "api", {}, {"id": ""}), (METHOD, "post", {"restApi": value}, {}))
    assert found.owner(urn(METHOD, "post")) == found.owner("never seen") == ""


def test_a_parent_of_the_program_counts_more_than_an_argument_and_the_stack_is_none():
    stack, group = urn("pulumi:pulumi:Stack", "course"), urn("my:Group", "mine")
    found = seen(
        (API, "api", {}, {"id": "a", "parent": stack}),
        (METHOD, "post", {"restApi": "a"}, {"parent": group}),
    )
    assert found.owner(urn(API, "api")) == ""
    assert found.owner(urn(METHOD, "post")) == group


def test_a_plan_tells_what_no_event_of_it_can():
    needs = {"rest_api": (urn(API, "api"),), "http_method": (urn(METHOD, "post"),)}
    found = Belonging()
    found.learn([Resource(urn(INTEGRATION, "ask"), spoken(INTEGRATION), needs=needs)])
    found.learn([Resource(urn(API, "api"), spoken(API))])
    assert found.owner(urn(INTEGRATION, "ask")) == urn(METHOD, "post")
    assert found.owner(urn(API, "api")) == ""


def test_every_rule_names_a_type_and_arguments_that_there_are():
    known = {spoken(token): set(facts.known(token).inputs) for token in facts.tokens()}
    for kind, rules in OWNERS.items():
        assert kind in known, kind
        for owner, arguments in rules:
            assert owner in known and set(arguments) <= known[kind], (kind, owner, arguments)
            if len(arguments) > 1:
                assert set(arguments) <= known[owner]


def row(name: str, status: str = "done") -> Row:
    return Row(name, name, "aws.iam.Role", "create", status)


def shape(owners: dict[str, str], *rows: Row) -> list[tuple[int, str]]:
    return [(n, r.name) for n, r in nesting.flat(nesting.grow(rows, lambda u: owners.get(u, "")))]


def test_rows_stand_below_their_owners_wherever_these_come_in_the_stream():
    owners = {"b": "a", "c": "b", "d": "gone"}
    assert shape(owners, row("c"), row("d"), row("b"), row("a")) == [
        (0, "d"), (0, "a"), (1, "b"), (2, "c")
    ]  # fmt: skip


def test_a_row_stands_below_the_closest_owner_that_has_a_row():
    owners = {"method": "path", "path": "api", "role": "gone"}  # the path is unchanged: no row
    assert shape(owners, row("method"), row("api"), row("role")) == [
        (0, "api"), (1, "method"), (0, "role")
    ]  # fmt: skip


def test_a_branch_in_which_something_went_wrong_comes_first():
    owners = {"b": "a", "c": "a", "e": "d"}
    found = shape(
        owners, row("x"), row("a"), row("b"), row("c", "failed"), row("d"), row("e", "stopped")
    )
    assert [name for _, name in found] == ["a", "c", "b", "d", "e", "x"]


@pytest.mark.parametrize(
    "owners", [{"a": "a"}, {"a": "b", "b": "a"}, {"a": "b", "b": "c", "c": "b", "x": "a"}]
)
def test_owners_that_go_round_lose_no_row(owners):
    found = shape(owners, *map(row, "abcx"))
    assert sorted(name for _, name in found) == ["a", "b", "c", "x"]


def test_a_deep_tree_is_drawn_without_recursion_into_its_depth():
    names = [f"r{n}" for n in range(200)]
    owners = dict(zip(names[1:], names, strict=False))
    assert shape(owners, *map(row, names))[-1] == (199, "r199")


def test_the_state_says_what_each_row_belongs_to():
    stream = Path(__file__).parents[2] / "data" / "streams" / "new.json"
    deployment = Deployment("up")
    for event in json.loads(stream.read_text("utf-8")):
        deployment.apply(event, 0.0)
    found = {row["name"]: row["of"].rsplit("::", 1)[-1] for row in deployment.state()["rows"]}
    assert found == {"api": "", "role": "", "path": "api", "logs": "role"}
