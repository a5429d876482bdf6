"""The least policy: for every type that a chapter has, no star in an action, and no bigger than IAM takes."""

import functools
import json

import botocore.session
import pytest

from lab import course
from lab.account import authorization, backend
from lab.account.actions import TYPES
from lab.account.declared import declared as run
from lab.account.policy import MOST, Scope, actions_of, least, preview, size, split
from lab.account.rights import OWN
from lab.errors import LabError
from tests import chapters
from tools.facts import authorization as table

# A chapter's program is run once, whoever asks what it declares; nobody changes what is told.
declared = functools.cache(run)
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


@pytest.mark.parametrize(("longer", "parts"), [(0, 1), (1, 2)])
def test_a_managed_policy_is_filled_to_its_last_character(longer, parts):
    """IAM's quota: 6,144 characters, without whitespace."""
    statements = [{"Sid": "a" * 3000, "Action": []}, {"Sid": "", "Action": []}]
    document = {"Version": "2012-10-17", "Statement": statements}
    left = 6144 - len(json.dumps(document).replace(" ", ""))
    statements[1]["Sid"] = "b" * (left + longer)
    assert len(split(document)) == parts


def test_settings_that_the_program_refuses_are_refused_in_its_words():
    with pytest.raises(LabError, match="authentication is 'none'"):
        declared(chapters.PLANS, authentication="none")
    with pytest.raises(LabError, match="no_such_thing"):
        declared(chapters.PLANS, no_such_thing=1)


# The table of actions, held to AWS's own lists

# Of DescribeAlarms AWS knows a resource, and gives composite alarms to who may ask of all alone.
OF_ALL = {"cloudwatch:DescribeAlarms"}
MODELS = {"elasticloadbalancing": "elbv2"}
# Rights that are no operation, and operations that go by another right's name.
NO_OPERATION = {
    "iam:PassRole",
    "s3:DeleteObjectVersion",
    "s3:GetAccelerateConfiguration",
    "s3:GetBucketCORS",
    "s3:GetBucketObjectLockConfiguration",
    "s3:GetEncryptionConfiguration",
    "s3:GetLifecycleConfiguration",
    "s3:GetObjectVersion",
    "s3:GetReplicationConfiguration",
    "s3:ListBucket",
    "s3:ListBucketVersions",
}
VERBS = {"GET", "POST", "PUT", "PATCH", "DELETE", "UpdateRestApiPolicy"}


def test_every_action_is_one_of_awss():
    """By its own list of actions, which the facts are made of; no fact is of an action that is gone."""
    named = {action for right in table.rights() for action in right.actions}
    assert named == set(authorization.known())


def test_every_action_is_an_operation_of_its_service():
    """By the models in botocore, which are another list of AWS's."""
    loader = botocore.session.get_session().get_component("data_loader")
    by_service = {}
    for action in set(authorization.known()) - NO_OPERATION:
        service, _, name = action.partition(":")
        by_service.setdefault(service, set()).add(name)
    assert by_service.pop("apigateway") <= VERBS
    for service, names in by_service.items():
        model = loader.load_service_model(MODELS.get(service, service), "service-2")
        assert names <= set(model["operations"]), service


def test_a_right_names_a_resource_wherever_aws_knows_one():
    for right in table.rights():
        for action in right.actions:
            _, *starts = authorization.known()[action]
            if right.resource == "*":
                assert not starts or action in OF_ALL, action
            else:
                place = table.place(right.resource)
                assert any(place.startswith(start) for start in starts), right


def test_what_ec2_makes_up_a_name_for_is_told_by_the_stacks_tag():
    document = least(declared(chapters.WHOLE, **ALL[0][1]), SCOPE)
    own = {OWN.operator: {OWN.key: ["dev"]}}
    (ends,) = [
        each for each in document["Statement"] if "ec2:DeleteSecurityGroup" in each["Action"]
    ]
    assert ends["Condition"] == own
    unconditional = {
        (action, resource)
        for each in document["Statement"]
        if "Condition" not in each
        for action in each["Action"]
        for resource in each["Resource"]
        if action.startswith("ec2:") and not authorization.looks(action)
    }
    made = {"instance", "network-interface", "subnet", "volume", "image", "vpc"}
    assert {resource.split(":")[5].split("/")[0] for _, resource in unconditional} == made
    assert {action for action, _ in unconditional} == {
        "ec2:RunInstances",
        "ec2:CreateSecurityGroup",
    }


@pytest.mark.parametrize(("number", "chosen"), ALL)
def test_who_previews_reads_what_a_deployer_reads_and_changes_nothing(number, chosen):
    made = declared(number, **chosen)
    may = set(actions_of(preview(made, SCOPE)))
    assert may == {each for each in actions_of(least(made, SCOPE)) if authorization.looks(each)}
    assert may and not [
        each
        for each in may
        if not each.partition(":")[2].startswith(("GET", "Get", "List", "Describe"))
    ]


KEYS = "arn:{partition}:kms:{region}:{account}:key/"


@pytest.mark.parametrize(
    ("key", "resource", "alias"),
    [
        ("alias/mine", f"{KEYS}*", "alias/mine"),
        ("awskms://alias/mine?region=eu-central-1", f"{KEYS}*", "alias/mine"),
        ("1234abcd-12ab", f"{KEYS}1234abcd-12ab", None),
        ("awskms://1234abcd-12ab?region=eu-central-1", f"{KEYS}1234abcd-12ab", None),
        (
            "awskms:///arn:aws:kms:eu-central-1:1:key/1234",
            "arn:aws:kms:eu-central-1:1:key/1234",
            None,
        ),
    ],
)
def test_the_key_of_the_secrets_is_named_as_pulumi_names_it(key, resource, alias):
    (deploys,), (previews,) = backend.rights("", key), backend.rights("", key, preview=True)
    assert (deploys.resource, deploys.condition and deploys.condition.values[0]) == (
        resource,
        alias,
    )
    assert (deploys.actions, previews.actions) == (("kms:Decrypt", "kms:Encrypt"), ("kms:Decrypt",))


def test_the_state_is_written_by_who_deploys_and_read_by_who_previews():
    for state, below in (
        ("s3://mine", "mine/.pulumi/*"),
        ("s3://mine/of/us?region=eu-central-1", "mine/of/us/.pulumi/*"),
    ):
        bucket, objects = backend.rights(state, "")
        _, seen = backend.rights(state, "", preview=True)
        assert bucket.resource.endswith(":::mine")
        assert objects.resource == seen.resource == f"arn:{{partition}}:s3:::{below}"
        assert (len(objects.actions), seen.actions) == (3, ("s3:GetObject",))
    assert backend.rights("", "") == []
    for elsewhere in ("file:///tmp", "https://example.com/state", "s3:///folder"):
        with pytest.raises(ValueError, match="no bucket of S3"):
            backend.rights(elsewhere, "")
