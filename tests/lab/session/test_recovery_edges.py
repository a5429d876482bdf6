"""A stack's files and what is decided from them, to the letter: locks, leftovers, refreshes."""

import json

import pytest

from lab.session.recovery import DAMAGED, Before, Verdict, before, decide, still_served
from lab.session.state import Lock, State, read_lock

HERE, OTHER = Lock(7, "here", "ada", "now"), Lock(8, "there", "bob", "then")


def test_a_lock_is_read_as_the_engine_writes_it():
    text = json.dumps(
        {"pid": 7, "hostname": "here", "username": "ada", "timestamp": "2026-11-24T12:00:00.123Z"}
    )
    lock = Lock(7, "here", "ada", "2026-11-24 12:00:00")
    assert read_lock(text) == lock
    assert str(lock) == "process 7 of ada on here, since 2026-11-24 12:00:00"


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '{"pid": "x"}', '{"pid": []}', "null"])
def test_a_lock_that_cannot_be_read_is_nobodys(text):
    assert read_lock(text) == Lock(0, "", "", "")


def test_what_a_lock_does_not_say_is_left_empty():
    assert read_lock("{}") == Lock(0, "", "", "") == Lock()
    assert (
        read_lock('{"pid": null, "hostname": null, "username": null, "timestamp": null}') == Lock()
    )
    assert read_lock('{"pid": "12"}').pid == 12


@pytest.mark.parametrize(
    "locks, alive, verdict",
    [
        ([], [], Verdict("free")),
        ([HERE], [], Verdict("dead", HERE)),
        ([HERE], [7], Verdict("held", HERE)),
        ([OTHER], [], Verdict("held", OTHER)),
        ([Lock(9)], [], Verdict("dead", Lock(9))),
        ([Lock(9)], [9], Verdict("held", Lock(9))),
        ([HERE, OTHER], [], Verdict("held", OTHER)),
        ([OTHER, HERE], [7], Verdict("held", OTHER)),
        ([Lock(9), HERE], [], Verdict("dead", HERE)),
    ],
    ids=range(9),
)
def test_a_stack_is_free_locked_by_the_dead_or_in_use(locks, alive, verdict):
    assert decide(locks, ["here"], alive.__contains__) == verdict


def test_what_was_begun_and_not_ended_is_told():
    role = {"urn": "urn:pulumi:s::p::aws:iam/role:Role::FunctionRole", "type": "aws:iam/role:Role"}
    begun = [{"type": "creating", "resource": role}, {"type": "deleting", "resource": None}, {}]
    told = ["creating aws.iam.Role FunctionRole", "deleting None ", "None None "]
    state = State({"pending_operations": begun})
    assert state.unfinished == told and before(state, {}, {}) == Before(state, tuple(told), "")
    assert State().unfinished == State({"pending_operations": None}).unfinished == []


SEEN = {"generation": "g1", "endpoint": "e1"}
RESET = ("The sandbox was reset, or did not end in order, since the last up: "
         "what is gone is made again.")  # fmt: skip
MOVED = "The sandbox has another address since the last up: the URLs are read again."
NOT_KNOWN = "It is not known whether state and cloud agree: they are compared."
LOST = f"{DAMAGED}: iam.json. What is gone is made again."


@pytest.mark.parametrize(
    "seen, now, damaged, why",
    [
        (SEEN, SEEN, "", ""), (SEEN, {**SEEN, "generation": "g2"}, "", RESET),
        (SEEN, {**SEEN, "endpoint": "e2"}, "", MOVED),
        (SEEN, {"generation": "g2", "endpoint": "e2"}, "", RESET),
        ({}, {}, "", ""), ({}, {"endpoint": "e1"}, "", MOVED), ({}, SEEN, "", NOT_KNOWN),
        (SEEN, {}, "", RESET), ({}, SEEN, "iam.json", LOST),
        (SEEN, {**SEEN, "generation": "g2"}, "iam.json", LOST), (SEEN, SEEN, "iam.json", ""),
        (SEEN, {**SEEN, "endpoint": "e2"}, "iam.json", MOVED),
    ],
    ids=range(12),
)  # fmt: skip
def test_the_state_is_compared_with_the_cloud_when_the_sandbox_is_another(seen, now, damaged, why):
    deployed = State({"resources": [ROLE]})
    assert before(deployed, seen, now, damaged) == Before(deployed, (), why)
    assert before(State(), seen, now, damaged) == Before(State())


def resource(name, type):
    return {"urn": f"urn:pulumi:s::p::{type}::{name}", "type": type}


ROLE = resource("FunctionRole", "aws:iam/role:Role")
DEPLOYMENT = resource("Deployment", "aws:apigateway/deployment:Deployment")


def test_names_are_those_of_resources_without_providers_and_the_stack():
    stack = resource("s", "pulumi:pulumi:Stack")
    provider = resource("aws", "pulumi:providers:aws")
    state = State({"resources": [stack, provider, ROLE, {}]})
    assert state.names == ["FunctionRole", ""] and not Before(state).agrees
    for nothing in (State(), State({"resources": None}), State({"resources": [stack, provider]})):
        assert nothing.names == [] and Before(nothing).agrees


def test_outputs_are_those_of_the_stack_alone():
    stack = {**resource("s", "pulumi:pulumi:Stack"), "outputs": {"url": "u"}}
    assert State({"resources": [{**ROLE, "outputs": {"arn": "a"}}, stack]}).outputs == {"url": "u"}
    assert State({"resources": [{**stack, "outputs": None}]}).outputs == State().outputs == {}


def test_urns_are_those_of_the_types_that_are_asked_for():
    state = State({"resources": [ROLE, DEPLOYMENT, {"urn": "of no type"}]})
    assert state.urns({ROLE["type"]}) == {ROLE["urn"]} and state.urns(()) == set()
    assert state.urns([ROLE["type"], DEPLOYMENT["type"]]) == {ROLE["urn"], DEPLOYMENT["urn"]}


@pytest.mark.parametrize(
    "kind",
    ["authorizer:Authorizer", "integration:Integration", "method:Method", "model:Model",
     "requestValidator:RequestValidator", "resource:Resource", "response:Response",
     "restApiPolicy:RestApiPolicy"],
)  # fmt: skip
def test_a_deployment_that_was_there_still_serves_what_is_gone(kind):
    part = resource("Part", f"aws:apigateway/{kind}")
    old = State({"resources": [DEPLOYMENT, part, ROLE]})
    assert still_served(old, State({"resources": [DEPLOYMENT, ROLE]})) is True
    assert still_served(old, old) is False
    assert still_served(old, State({"resources": [ROLE]})) is False
    new = resource("Other", DEPLOYMENT["type"])
    assert still_served(old, State({"resources": [new]})) is False
    assert still_served(old, State({"resources": [new, DEPLOYMENT]})) is True


def test_what_no_deployment_freezes_may_go():
    alone = State({"resources": [DEPLOYMENT]})
    assert still_served(State({"resources": [DEPLOYMENT, ROLE]}), alone) is False
    assert still_served(State(), alone) is False
    part = resource("Part", "aws:apigateway/method:Method")
    assert still_served(State({"resources": [part]}), State()) is False
    two = [resource("B", DEPLOYMENT["type"]), resource("A", DEPLOYMENT["type"])]
    assert still_served(State({"resources": [*two, part]}), State({"resources": two})) is True


def test_what_is_known_of_the_cloud_are_arns_and_ids():
    """A log group's ARN ends in `:*` in some answers of AWS and not in others."""
    state = State(
        {
            "resources": [
                {"id": "group", "outputs": {"arn": "arn:aws:logs:us-east-1:1:log-group:group:*"}},
                {"id": "agm-1", "outputs": {}},
                {"outputs": {"arn": "arn:aws:iam::1:role/r"}},
                {"type": "pulumi:pulumi:Stack"},
            ]
        }
    )
    assert state.known == {
        "group",
        "arn:aws:logs:us-east-1:1:log-group:group",
        "agm-1",
        "arn:aws:iam::1:role/r",
    }
    assert State().known == set()


def test_a_resource_of_no_type_has_a_name():
    """As the engine writes what it could not finish."""
    assert State({"resources": [{"urn": "urn:pulumi:a::b::c::mine"}]}).names == ["mine"]
