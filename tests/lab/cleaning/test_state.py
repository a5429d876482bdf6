"""What is ours, what it costs and since when: values only."""

import functools
import itertools
import random
import shlex
from dataclasses import replace
from datetime import timedelta

import botocore.session
import pytest
from botocore import xform_name

from lab.cleaning import deleting, details
from lab.cleaning.kinds import KINDS, OTHER, command_of, kind_of, order_of
from lab.cleaning.state import EXPIRES, GROUP, MADE, PRICES, Cleaning, Inventory, thing_of
from lab.cleaning.view import old, price
from lab.cost.state import HOURS
from tests.lab.cleaning.things import ARNS, NOW, inventory, tags


@pytest.mark.parametrize("kind", ARNS)
def test_each_kind_is_known_by_its_arn_in_every_partition(kind):
    for partition in ("aws", "aws-cn", "aws-us-gov"):
        arn = ARNS[kind].replace("arn:aws:", f"arn:{partition}:")
        assert kind_of(arn)[0].name == kind


def test_every_kind_has_an_arn_a_look_and_where_it_can_be_deleted_a_command():
    assert set(ARNS) == {kind.name for kind in KINDS} | {OTHER.name}
    assert set(details.LOOKS) == {kind.name for kind in KINDS}
    assert set(deleting.DELETES) == {kind.name for kind in KINDS} - {
        "rule of a security group",  # goes with its group
        "secret",  # no step makes one
    }
    assert {name for kind in KINDS for name in kind.rest or ()} <= set(PRICES)


@pytest.mark.parametrize("kind", ARNS)
def test_a_command_is_one_that_a_shell_takes(kind):
    command = command_of(ARNS[kind])
    if command:
        words = shlex.split(command)
        assert words[0] == "aws" and len(words) >= 4
        assert ("--region" in words) == (ARNS[kind].split(":")[3] != "")
    evil = command_of("arn:aws:logs:us-east-1:1:log-group:x; rm -rf $HOME")
    assert shlex.split(evil)[4] == "x; rm -rf $HOME"


def test_what_uses_something_goes_before_it():
    order = {kind.name: order_of(kind) for kind in KINDS}
    for first, then in (
        ("usage plan", "stage"), ("stage", "REST API"), ("API key", "REST API"),
        ("group of instances", "launch template"), ("load balancer", "target group"),
        ("instance", "security group"), ("load balancer", "security group"),
        ("instance profile", "role"), ("function", "role"), ("REST API", "VPC link"),
    ):  # fmt: skip
        assert order[first] < order[then]
    assert order_of(OTHER) == len(KINDS)


def test_what_is_not_known_is_never_nothing():
    def hourly(kind, size=""):
        return thing_of(ARNS[kind], tags(), {}, size=size).hourly

    assert hourly("function") == hourly("role") == 0
    assert hourly("load balancer") == 0.0225
    assert hourly("alarm") == pytest.approx(0.10 / HOURS)
    assert hourly("instance", "c7i.large") == pytest.approx(0.08925 + 0.005 + 0.64 / HOURS)
    for kind, size in (("instance", "m7i.large"), ("instance", ""), ("table", ""), ("bucket", "")):
        assert hourly(kind, size) is None
    assert hourly("other thing") is None and hourly("log group") is None
    things = [thing_of(ARNS[kind], tags(), {}) for kind in ARNS]
    dollars, unknown = Inventory("course", NOW, (), tuple(things)).hour()
    assert dollars == pytest.approx(0.0225 + (0.10 + 0.40 + 5.0) / HOURS)
    assert unknown == sum(thing.hourly is None for thing in things) == 5


def test_our_own_tag_says_since_when_and_a_service_where_there_is_none():
    first = thing_of(ARNS["role"], tags(**{MADE: "2026-11-29T11:59:00Z"}), {}, "2020-01-01")
    assert first.age(NOW) == 60
    assert thing_of(ARNS["role"], tags(), {}, "2026-11-28T12:00:00+00:00").age(NOW) == 86_400
    assert (
        thing_of(ARNS["role"], tags(), {}, "2026-11-29T13:00:00Z").age(NOW) == 0
    )  # a clock is off
    assert thing_of(ARNS["role"], tags(**{MADE: "some day"}), {}).age(NOW) is None
    assert [old(seconds) for seconds in (0, 119, 120, 7200, 172_800)] == [
        "0 s", "119 s", "2 min", "2 h", "2 days",
    ]  # fmt: skip
    assert [price(dollars) for dollars in (0, 0.0001, 1)] == ["0.00", "0.0001", "1.00"]


@pytest.mark.parametrize(
    ("day", "over"),
    [("", False), ("2026-11-28", True), ("2026-11-29", False), ("2026-11-30", False)],
)
def test_a_last_day_counts_to_its_end(day, over):
    assert thing_of(ARNS["role"], tags(**{EXPIRES: day}), {}).expired(NOW) is over


def test_what_a_group_has_launched_is_known_by_its_group():
    launched = tags(**{GROUP: "pool-1"})
    assert thing_of(ARNS["instance"], launched, {"course": {"pool-1"}}).known_to == "course"
    assert thing_of(ARNS["instance"], launched, {"course": {"pool-2"}}).known_to == ""


def test_only_what_was_named_and_is_left_may_go():
    made = Cleaning(inventory())
    named = made.before.leftovers
    late = thing_of(ARNS["function"], tags(), {})
    made.after = replace(made.before, in_state=(), things=(*named, late))
    assert made.may_go() == named and late in made.after.leftovers
    made.after = replace(made.after, things=(late,))
    assert made.may_go() == []


def generated(seed):
    """An inventory of things by chance: of three stacks, known or not, kept or not."""
    chance = random.Random(seed)
    stacks = ("course", "other", "")
    states = {name: set(chance.sample(sorted(ARNS.values()), 8)) for name in stacks[:2]}
    things = []
    for arn, number in itertools.product(ARNS.values(), range(2)):
        made = (NOW - timedelta(hours=chance.randrange(100))).isoformat()
        kept = chance.choice(("", "", "it is needed"))
        given = tags(chance.choice(stacks), **{EXPIRES: chance.choice(("", "2026-01-01"))})
        things.append(thing_of(f"{arn}{number or ''}", given, states, made, kept=kept))
    return Inventory("course", NOW, tuple(chance.choices(("a", "b"), k=2)), tuple(things))


@pytest.mark.parametrize("seed", range(40))
def test_of_any_inventory_only_what_is_ours_and_unknown_can_go(seed):
    found = generated(seed)
    for thing in found.leftovers:
        assert thing.stack == "course" and not thing.known_to and not thing.kept
    assert not {one.arn for one in found.leftovers} & {one.arn for one in found.kept}
    assert not {one.arn for one in found.leftovers} & {one.arn for one in found.elsewhere}
    assert all(one.stack != "course" for one in found.elsewhere)
    orders = [order_of(kind_of(thing.arn)[0]) for thing in found.leftovers]
    assert orders == sorted(orders)
    assert set(found.own) >= set(found.expired)
    assert not found.empty
    assert set(found.facts()["things"][0]) >= {"arn", "age", "hourly", "command"}


def test_it_is_empty_when_nothing_is_left_but_what_stays_and_all_were_asked():
    stays = thing_of(ARNS["role"], tags(), {}, kept="it is needed")
    found = Inventory("course", NOW, (), (stays,))
    assert found.empty and found.kept == [stays]
    assert not replace(found, unasked=("roles: denied",)).empty
    assert not replace(found, in_state=("a",)).empty
    assert not replace(found, things=(replace(stays, kept=""),)).empty


def test_a_destroy_that_was_stopped_leaves_what_the_state_has_and_what_no_state_knew():
    found = inventory()
    after = found.after_destroy(["logs"], {ARNS["log group"]})
    assert after.in_state == ("logs",) and after.leftovers == found.leftovers
    assert {one.what for one in after.own if one.known_to} == {"log group"}
    assert after.elsewhere == found.elsewhere and not after.empty


@functools.cache
def operation(service, command):
    """What AWS's CLI calls by this command: the name is the operation's, with hyphens."""
    model = botocore.session.Session().get_service_model(service)
    names = {xform_name(name, "-"): name for name in model.operation_names}
    return model.operation_model(names[command])


@pytest.mark.parametrize("kind", [kind for kind in ARNS if command_of(ARNS[kind])])
def test_a_command_is_an_operation_of_aws_with_all_that_it_needs(kind):
    _, service, command, *options = shlex.split(command_of(ARNS[kind]))
    if service == "s3":
        assert [command, *options] == ["rb", "--force", "s3://code-1"]
        return
    takes = operation(service, command).input_shape
    members = {f"--{xform_name(name, '-')}": name for name in takes.members}
    given = {option for option in options if option.startswith("--")} - {"--region"}
    assert given <= set(members)
    assert set(takes.required_members) <= {members[option] for option in given}
    assert all(words != "None" for words in options)


def test_what_has_no_command_is_deleted_by_hand_or_with_what_it_belongs_to():
    assert {kind for kind in ARNS if not command_of(ARNS[kind])} == {
        "web ACL",  # wants a token that only a call before it tells
        "rule of a security group",
        "other thing",
    }


def test_a_thing_as_plain_data():
    thing = thing_of(ARNS["role"], tags(**{EXPIRES: "2026-11-28"}), {"course": {ARNS["role"]}})
    assert thing.facts(NOW) == {
        "arn": ARNS["role"],
        "stack": "course",
        "made": "",
        "expires": "2026-11-28",
        "known_to": "course",
        "size": "",
        "kept": "",
        "what": "role",
        "name": "role-1",
        "hourly": 0,
        "age": None,
        "expired": True,
        "command": "aws iam delete-role --role-name role-1",
    }


def test_a_clean_up_that_has_not_begun_as_plain_data():
    found = Cleaning(inventory()).facts()
    before = found.pop("before")
    assert found == {
        "state": "idle",
        "where": "",
        "when": "",
        "confirm": "",
        "problem": "",
        "deleted": [],
        "refused": {},
        "after": None,
        "receipt": "",
    }
    assert before["stack"] == "course" and len(before["things"]) == 4
