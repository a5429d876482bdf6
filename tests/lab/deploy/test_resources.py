"""Resources, and what each needs, as the engine's files have them."""

import pytest

from lab.deploy.resources import Resource, deployed, planned

STACK = "urn:pulumi:course::gateway::pulumi:pulumi:Stack::gateway-course"


def urn(name: str, kind: str = "aws:iam/role:Role") -> str:
    return f"urn:pulumi:course::gateway::{kind}::{name}"


A, B, C = urn("a"), urn("b"), urn("c")
STATE = {
    "resources": [
        {"urn": STACK, "type": "pulumi:pulumi:Stack"},
        {"urn": A, "type": "aws:iam/role:Role", "parent": STACK},
        {
            "urn": B,
            "type": "aws:iam/rolePolicy:RolePolicy",
            "parent": A,
            "dependencies": [A, C],
            "propertyDependencies": {"roleName": [A], "policy": []},
        },
        {"urn": A, "type": "aws:iam/role:Role", "delete": True},
    ]
}


def test_a_state_tells_what_each_refers_to_and_by_which_argument():
    assert deployed(STATE) == (
        Resource(A, "aws.iam.Role"),
        Resource(B, "aws.iam.RolePolicy", A, {"role_name": (A,), "depends_on": (C,)}),
    )
    assert deployed(STATE)[1].name == "b"


@pytest.mark.parametrize("state", [{}, {"resources": None}, {"resources": [{}]}])
def test_a_state_that_says_nothing_has_none(state):
    assert deployed(state) == ()


def test_a_plan_tells_what_would_be_made_and_what_would_go():
    goal = {"type": "aws:iam/role:Role", "parent": STACK, "propertyDependencies": {"path": [A]}}
    plan = {
        "resourcePlans": {
            STACK: {"goal": {"type": "pulumi:pulumi:Stack"}, "steps": ["same"]},
            A: {"goal": {**goal, "propertyDependencies": None}, "steps": ["same"]},
            C: {"goal": goal, "steps": ["create"]},
            B: {"goal": None, "steps": ["delete"]},
            urn("unknown"): {"steps": ["delete"]},
        }
    }
    found = planned(plan, deployed(STATE))
    assert [(one.name, one.operation) for one in found] == [
        ("a", "same"), ("c", "create"), ("b", "delete"),
    ]  # fmt: skip
    assert found[1].needs == {"path": (A,)} and found[2].needs["role_name"] == (A,)


@pytest.mark.parametrize(
    "steps, operation",
    [
        (["create-replacement", "replace", "delete-replaced"], "replace"),
        (["refresh", "update"], "update"),
        (["import"], "import"),
        (["create-replacement"], "replace"),  # one step of the three is enough to know it
        (["delete-replaced", "create"], "replace"),
        (["delete", "update"], "update"),
        (["of-a-later-engine"], "same"),
        (["read"], "same"),
        (None, "same"),
    ],
)
def test_steps_come_to_one_operation(steps, operation):
    plan = {"resourcePlans": {A: {"goal": {"type": "aws:iam/role:Role"}, "steps": steps}}}
    assert planned(plan, ())[0].operation == operation


def test_a_plan_that_was_not_written_has_none():
    assert planned({}, deployed(STATE)) == ()
