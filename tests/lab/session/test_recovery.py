"""What is decided before and after an operation, by the data alone: locks, leftovers, refreshes."""

import json

import pytest

from lab.session import recovery
from lab.session.recovery import Lock, Verdict, decide, names, pending, read_lock, why_refresh

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
    assert decide(locks, "here", alive.__contains__) == verdict


def test_what_was_begun_and_not_ended_is_told():
    role = {"urn": "urn:pulumi:s::p::aws:iam/role:Role::FunctionRole", "type": "aws:iam/role:Role"}
    begun = [{"type": "creating", "resource": role}, {"type": "deleting", "resource": None}, {}]
    assert pending({"pending_operations": begun}) == [
        "creating aws.iam.Role FunctionRole", "deleting None ", "None None "
    ]  # fmt: skip
    assert pending({}) == pending({"pending_operations": None}) == []


SEEN = {"generation": "g1", "endpoint": "e1"}


@pytest.mark.parametrize(
    "seen, now, why",
    [
        (SEEN, SEEN, ""),
        (SEEN, {**SEEN, "generation": "g2"},
         "The sandbox started from nothing since the last up: what is gone is made again."),
        (SEEN, {**SEEN, "endpoint": "e2"},
         "The sandbox has another address since the last up: the URLs are read again."),
        (SEEN, {"generation": "g2", "endpoint": "e2"},
         "The sandbox started from nothing since the last up: what is gone is made again."),
        ({}, {}, ""),
        ({}, {"endpoint": "e1"},
         "The sandbox has another address since the last up: the URLs are read again."),
    ],
    ids=range(6),
)  # fmt: skip
def test_the_state_is_compared_with_the_cloud_when_the_sandbox_is_another(seen, now, why):
    assert why_refresh(seen, now) == why


def resource(name, type):
    return {"urn": f"urn:pulumi:s::p::{type}::{name}", "type": type}


ROLE = resource("FunctionRole", "aws:iam/role:Role")
DEPLOYMENT = resource("Deployment", "aws:apigateway/deployment:Deployment")


def test_names_are_those_of_resources_without_providers_and_the_stack():
    stack = resource("s", "pulumi:pulumi:Stack")
    provider = resource("aws", "pulumi:providers:aws")
    assert names({"resources": [stack, provider, ROLE, {}]}) == ["FunctionRole", ""]
    assert names({}) == names({"resources": None}) == []


@pytest.mark.parametrize(
    "kind",
    ["authorizer:Authorizer", "integration:Integration", "method:Method", "model:Model",
     "requestValidator:RequestValidator", "resource:Resource", "response:Response",
     "restApiPolicy:RestApiPolicy"],
)  # fmt: skip
def test_a_deployment_that_was_there_still_serves_what_is_gone(kind):
    part = resource("Part", f"aws:apigateway/{kind}")
    before = {"resources": [DEPLOYMENT, part, ROLE]}
    assert recovery.still_served(before, {"resources": [DEPLOYMENT, ROLE]}) == [DEPLOYMENT["urn"]]
    assert recovery.still_served(before, before) == []
    assert recovery.still_served(before, {"resources": [ROLE]}) == []
    new = resource("Other", DEPLOYMENT["type"])
    assert recovery.still_served(before, {"resources": [new]}) == []


def test_what_no_deployment_freezes_may_go():
    assert (
        recovery.still_served({"resources": [DEPLOYMENT, ROLE]}, {"resources": [DEPLOYMENT]}) == []
    )
    assert recovery.still_served({}, {"resources": [DEPLOYMENT]}) == []
    part = resource("Part", "aws:apigateway/method:Method")
    two = [resource("B", DEPLOYMENT["type"]), resource("A", DEPLOYMENT["type"])]
    served = recovery.still_served({"resources": [*two, part]}, {"resources": two})
    assert served == sorted(each["urn"] for each in two)
