"""The least policy: for every type that a chapter has, no star in an action, and no bigger than IAM takes."""

import json

import pytest

from lab import course
from lab.account.actions import TYPES
from lab.account.declared import declared
from lab.account.policy import MOST, Scope, actions_of, least, size, split
from lab.errors import LabError
from tests import chapters

SCOPE = Scope("123456789012", "eu-central-1", "dev")
CHAPTERS = [each.number for each in course.CHAPTERS if 1 <= each.number <= course.LAST]
# All that settings can bring besides.
ALL = (
    (chapters.WHOLE, {"instances": 1, "candidate_instances": 1, "first_backend": "instances"}),
    (chapters.POOL, {"authentication": "cognito"}),
    (chapters.CHAT, {"cors_origins": ("https://example.com",), "publish_versions": True}),
)


@pytest.mark.parametrize(("number", "chosen"), [*((number, {}) for number in CHAPTERS), *ALL])
def test_it_is_known_what_every_type_needs(number, chosen):
    made = declared(number, **chosen)
    assert made and set(made) <= set(TYPES)


def test_nothing_is_known_of_types_that_no_chapter_has():
    made = set().union(*(declared(number, **chosen) for number, chosen in ALL))
    assert set(TYPES) == made


@pytest.mark.parametrize(("number", "chosen"), ALL)
def test_no_action_has_a_star_and_what_has_a_name_bears_the_stacks(number, chosen):
    document = least(declared(number, **chosen), SCOPE)
    assert not [action for action in actions_of(document) if "*" in action]
    for statement in document["Statement"]:
        for resource in statement["Resource"]:
            assert "{" not in resource
            if resource == "*":  # AWS knows no resource for these
                looks = ("Describe", "Create")
                assert all(each.split(":")[1].startswith(looks) for each in statement["Action"])
            if ":function:" in resource or ":role/" in resource:
                assert "dev-" in resource or "aws-service-role" in resource


def test_a_role_may_be_handed_to_three_services_alone():
    (passing,) = [
        each
        for each in least(declared(chapters.WHOLE), SCOPE)["Statement"]
        if "iam:PassRole" in each["Action"]
    ]
    assert passing["Action"] == ["iam:PassRole"]
    assert passing["Condition"]["StringEquals"]["iam:PassedToService"] == [
        "apigateway.amazonaws.com",
        "ec2.amazonaws.com",
        "lambda.amazonaws.com",
    ]


def test_a_smaller_chapter_needs_less():
    small, whole = (
        set(actions_of(least(declared(number), SCOPE)))
        for number in (chapters.STAGE, chapters.STREAM)
    )
    assert small < whole
    assert not {action for action in small if action.startswith("dynamodb:")}


def test_each_part_fits_into_a_managed_policy_and_nothing_is_lost():
    document = least(declared(chapters.WHOLE, **ALL[0][1]), SCOPE)
    parts = split(document)
    assert len(parts) > 1 and all(size(part) <= MOST for part in parts)
    assert [each for part in parts for each in part["Statement"]] == document["Statement"]
    assert json.loads(json.dumps(document)) == document


def test_settings_that_the_program_refuses_are_refused_in_its_words():
    with pytest.raises(LabError, match="authentication is 'none'"):
        declared(chapters.PLANS, authentication="none")
    with pytest.raises(LabError, match="no_such_thing"):
        declared(chapters.PLANS, no_such_thing=1)
