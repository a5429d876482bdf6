"""What a stack's files say, and what is decided from it before and after an operation."""

import pytest

from lab.session.recovery import DEPLOYMENT, Verdict, before, decide, still_served
from lab.session.state import Lock, State, read_lock, secret

ROLE, METHOD = "aws:iam/role:Role", "aws:apigateway/method:Method"
STACK = {
    "urn": "urn:pulumi:course::gateway::pulumi:pulumi:Stack::gateway-course",
    "type": "pulumi:pulumi:Stack",
    "outputs": {"url": "http://127.0.0.1/v1"},
}
HERE = {"generation": "g1", "endpoint": "http://127.0.0.1:1"}


def resource(kind, name):
    return {"urn": f"urn:pulumi:course::gateway::{kind}::{name}", "type": kind}


def state(*resources, **more):
    return State({"resources": [STACK, *resources], **more})


# The state


def test_a_state_has_names_and_outputs():
    provider = resource("pulumi:providers:aws", "default")
    found = state(provider, resource(ROLE, "r"), resource(METHOD, "m"))
    assert found.names == ["r", "m"]
    assert found.outputs == {"url": "http://127.0.0.1/v1"}
    assert found.urns({METHOD}) == {f"urn:pulumi:course::gateway::{METHOD}::m"}


def test_a_resource_that_is_being_replaced_has_two_ids():
    one, two = ({**resource(ROLE, "r"), "id": id} for id in ("r-1", "r-2"))
    urn = f"urn:pulumi:course::gateway::{ROLE}::r"
    assert state(one, two).ids == {STACK["urn"]: [""], urn: ["r-1", "r-2"]}


@pytest.mark.parametrize("checkpoint", [{}, {"resources": None}, {"resources": []}])
def test_a_new_stack_has_nothing(checkpoint):
    found = State(checkpoint)
    assert (found.names, found.outputs, found.unfinished) == ([], {}, [])


def test_names_of_pending_operations_are_told():
    operation = {"type": "creating", "resource": resource(ROLE, "r")}
    assert State({"pending_operations": [operation]}).unfinished == ["creating aws.iam.Role r"]


def test_a_secret_of_the_state_is_known_by_its_mark():
    mark = "4dabf18193072939515e22adb298388d"
    assert secret({mark: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:x"})
    assert not secret({mark: "another"}) and not secret("text")


# Locks


def test_a_lock_says_who_holds_it():
    text = (
        '{"pid": 7, "username": "ada", "hostname": "h", "timestamp": "2026-01-02T03:04:05.678+01"}'
    )
    assert str(read_lock(text)) == "process 7 of ada on h, since 2026-01-02 03:04:05"


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"pid": "no"}'])
def test_a_lock_that_was_cut_short_is_nobodys(text):
    assert read_lock(text) == Lock()


OURS, THEIRS, GONE = Lock(7, "here", "ada"), Lock(7, "there", "ada"), Lock(8, "here", "ada")


@pytest.mark.parametrize(
    ("locks", "verdict"),
    [
        ([], Verdict("free")),
        ([GONE], Verdict("dead", GONE)),
        ([Lock()], Verdict("dead", Lock())),
        ([OURS], Verdict("held", OURS)),
        ([THEIRS], Verdict("held", THEIRS)),
        ([GONE, OURS], Verdict("held", OURS)),
    ],
)
def test_a_stack_is_free_locked_by_the_dead_or_held(locks, verdict):
    assert decide(locks, ["here"], lambda pid: pid == 7) == verdict


def test_a_lock_of_a_name_that_this_machine_had_before_is_judged_by_its_process():
    before = Lock(8, "there", "ada")
    assert decide([before], ["here", "there"], lambda pid: pid == 7) == Verdict("dead", before)
    assert decide([THEIRS], ["here", "there"], lambda pid: pid == 7) == Verdict("held", THEIRS)


# Before


def test_nothing_is_to_be_done_where_state_and_cloud_agree():
    found = before(state(resource(ROLE, "r")), HERE, HERE)
    assert (found.clear, found.refresh, found.agrees) == ((), "", False)


@pytest.mark.parametrize(
    ("seen", "why"),
    [
        ({}, "It is not known whether state and cloud agree"),
        ({**HERE, "generation": "g0"}, "The sandbox was reset, or did not end in order"),
        ({**HERE, "endpoint": "http://127.0.0.1:2"}, "The sandbox has another address"),
    ],
)
def test_a_cloud_that_is_another_one_is_read_again(seen, why):
    assert before(state(resource(ROLE, "r")), seen, HERE).refresh.startswith(why)


def test_a_cloud_that_lost_a_part_of_its_state_says_what_and_not_that_it_was_reset():
    lost = "iam.json was damaged; it is set aside as iam.json.damaged-1"
    deployed = state(resource(ROLE, "r"))
    told = before(deployed, {**HERE, "generation": "g0"}, HERE, lost).refresh
    assert lost in told and "reset" not in told
    assert before(deployed, HERE, HERE, lost).refresh == ""  # an up has made up for it


def test_where_nothing_is_deployed_any_cloud_agrees():
    found = before(state(), {}, HERE)
    assert found.agrees and found.refresh == ""


def test_what_was_begun_and_not_ended_is_cleared():
    operation = {"type": "creating", "resource": resource(ROLE, "r")}
    found = before(state(pending_operations=[operation]), HERE, HERE)
    assert found.clear == ("creating aws.iam.Role r",)


# After


def test_a_deployment_that_still_serves_what_was_removed_is_made_again():
    old = state(resource(METHOD, "m"), resource(DEPLOYMENT, "d"))
    new = state(resource(DEPLOYMENT, "d"))
    assert still_served(old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ([resource(DEPLOYMENT, "d")], [resource(DEPLOYMENT, "d")]),
        ([resource(ROLE, "r"), resource(DEPLOYMENT, "d")], [resource(DEPLOYMENT, "d")]),
        ([resource(METHOD, "m"), resource(DEPLOYMENT, "d")], []),
        ([resource(METHOD, "m")], [resource(DEPLOYMENT, "d")]),
        ([resource(DEPLOYMENT, "d")], [resource(METHOD, "m"), resource(DEPLOYMENT, "d")]),
    ],
    ids=["nothing removed", "not frozen", "gone itself", "new", "added"],
)
def test_otherwise_a_deployment_stays(old, new):
    assert not still_served(state(*old), state(*new))
