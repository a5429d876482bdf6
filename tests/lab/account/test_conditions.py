"""The least policy's conditions, judged as IAM judges them, which the emulator does not do for EC2.

Each case has what EC2 asks for in one call of the official provider or of Auto Scaling, and the tags
that it tells: those of the request, and those of what is there already. Which resources EC2 asks
about is as its guide's examples for `RunInstances`, `CreateTags` and rules of security groups have it
("Example policies to control access the Amazon EC2 API", read in November 2026).
"""

from __future__ import annotations

import pytest

from lab.account.declared import declared
from lab.account.policy import Scope, least
from lab.cleaning.state import STACK
from lab.policy.conditions import holds, matches
from tests import chapters

SCOPE = Scope("123456789012", "eu-central-1", "dev")
EC2 = "arn:aws:ec2:eu-central-1:123456789012"
REQUEST, RESOURCE = f"aws:requesttag/{STACK}", f"aws:resourcetag/{STACK}"
GROUP, RULE = f"{EC2}:security-group/sg-1", f"{EC2}:security-group-rule/*"
TEMPLATE = "launch-template"
MINE, OTHERS, NEW = {RESOURCE: "dev"}, {RESOURCE: "prod"}, {REQUEST: "dev"}
NOTHING = {REQUEST: None, RESOURCE: None, "ec2:createaction": None}


@pytest.fixture(scope="module")
def document():
    return least(declared(chapters.WHOLE, instances=1, candidate_instances=1), SCOPE)


def may(document, action, resource, tags):
    """Whether a statement allows it; the policy denies nothing."""
    return any(
        action in each["Action"]
        and any(matches(pattern, resource) for pattern in each["Resource"])
        and holds(each.get("Condition"), {**NOTHING, **tags})
        for each in document["Statement"]
    )


def launch(template, group):
    """What EC2 asks about an instance that is launched from a template."""
    image = "arn:aws:ec2:eu-central-1::image/ami-1"
    new = [f"{EC2}:{each}" for each in ("instance/*", "network-interface/*", "volume/*")]
    return [
        *(("RunInstances", each, NEW) for each in (*new, f"{EC2}:subnet/subnet-1", image)),
        ("RunInstances", f"{EC2}:{TEMPLATE}/lt-1", {**NEW, **template}),
        ("RunInstances", GROUP, {**NEW, **group}),
        *(("CreateTags", each, {**NEW, **made("RunInstances")}) for each in (new[0], new[2])),
    ]


def made(action):
    """EC2 tells which call a tag goes along with; of a call of its own it tells nothing."""
    return {"ec2:createaction": action}


ALLOWED = {
    "a security group is made": [
        ("CreateSecurityGroup", f"{EC2}:security-group/*", NEW),
        ("CreateSecurityGroup", f"{EC2}:vpc/vpc-1", {}),
        ("CreateTags", f"{EC2}:security-group/*", {**NEW, **made("CreateSecurityGroup")}),
    ],
    "it gets a rule": [
        ("AuthorizeSecurityGroupIngress", GROUP, {**MINE, **NEW}),
        ("AuthorizeSecurityGroupIngress", RULE, NEW),
        ("CreateTags", RULE, {**NEW, **made("AuthorizeSecurityGroupIngress")}),
    ],
    "a rule is changed": [
        ("ModifySecurityGroupRules", GROUP, MINE),
        ("ModifySecurityGroupRules", f"{EC2}:security-group-rule/sgr-1", MINE),
    ],
    "it ends": [("RevokeSecurityGroupEgress", GROUP, MINE), ("DeleteSecurityGroup", GROUP, MINE)],
    "a template is made": [
        ("CreateLaunchTemplate", f"{EC2}:{TEMPLATE}/*", NEW),
        ("CreateTags", f"{EC2}:{TEMPLATE}/*", {**NEW, **made("CreateLaunchTemplate")}),
    ],
    "a template is changed and deleted": [
        ("CreateLaunchTemplateVersion", f"{EC2}:{TEMPLATE}/lt-1", MINE),
        ("CreateTags", f"{EC2}:{TEMPLATE}/lt-1", {**MINE, **NEW}),
        ("DeleteLaunchTemplate", f"{EC2}:{TEMPLATE}/lt-1", MINE),
    ],
    "instances are launched": launch(MINE, MINE),
}
NEW_GROUP = f"{EC2}:security-group/*"
REFUSED = {
    "make a security group without a tag": [("CreateSecurityGroup", NEW_GROUP, {})],
    "make one of another stack": [("CreateSecurityGroup", NEW_GROUP, {REQUEST: "prod"})],
    "add a rule to somebody else's": [("AuthorizeSecurityGroupIngress", GROUP, {**OTHERS, **NEW})],
    "end somebody else's": [("DeleteSecurityGroup", GROUP, OTHERS)],
    "end one without tags": [("DeleteSecurityGroup", GROUP, {})],
    "take one over by a tag": [("CreateTags", GROUP, {**OTHERS, **NEW})],
    "tag an instance that runs": [("CreateTags", f"{EC2}:instance/i-1", {**OTHERS, **NEW})],
    "launch from somebody else's template": launch(OTHERS, MINE),
    "launch into somebody else's security group": launch(MINE, OTHERS),
}


def refused(document, asked):
    """What of a call is refused: EC2 makes the whole call or none of it."""
    return [
        (action, place)
        for action, place, tags in asked
        if not may(document, f"ec2:{action}", place, tags)
    ]


@pytest.mark.parametrize("what", ALLOWED)
def test_a_deployer_may_do_what_the_program_needs(document, what):
    assert refused(document, ALLOWED[what]) == []


@pytest.mark.parametrize("what", REFUSED)
def test_a_deployer_may_not(document, what):
    """One part of the call is refused, and it is the one with the wrong tag."""
    assert len(refused(document, REFUSED[what])) == 1
