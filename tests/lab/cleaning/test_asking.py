"""Who is asked what there is, page by page, and what becomes of who does not answer."""

from datetime import datetime, timezone

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from lab.cleaning import details
from lab.cleaning.asking import sources, tagged
from tests.lab.cleaning.things import ARNS, tags

LISTED = [{"Key": key, "Value": value} for key, value in tags().items()]
LOG = ARNS["log group"]


def refused(code, call="Any"):
    return ClientError({"Error": {"Code": code, "Message": "so it is"}}, call)


class Fake:
    """A service whose lists have pages; what is an error is raised."""

    def __init__(self, pages, asked, tags_of=None):
        self.pages, self.asked, self.tags_of = pages, asked, tags_of or {}

    def get_paginator(self, call):
        pages = self.pages[call]

        class Pages:
            def paginate(self, **given):
                for page in pages:
                    if isinstance(page, Exception):
                        raise page
                    yield page

        return Pages()

    def list_role_tags(self, RoleName):
        self.asked.append(RoleName)
        return {"Tags": self.tags_of.get(RoleName, [])}

    list_instance_profile_tags = None  # no profile here has a name that Pulumi made


def cloud(**changed):
    """A factory of clients of a small account, and what roles were asked for their tags."""
    asked = []
    found = [{"ResourceARN": arn, "Tags": LISTED} for arn in (f"{LOG}:*", ARNS["function"])]
    other = {"ResourceARN": ARNS["table"], "Tags": [{"Key": "gateway:project", "Value": "x"}]}
    names = ("pool-0123abc", "AdminRole", "theirs-7654321")
    arn = "arn:aws:iam::1:role/{}"
    pages = {
        "get_resources": [
            {"ResourceTagMappingList": found[:1]},
            {"ResourceTagMappingList": [found[1], other]},
        ],
        "list_roles": [{"Roles": [{"RoleName": n, "Arn": arn.format(n)}]} for n in names],
        "list_instance_profiles": [
            {"InstanceProfiles": [{"InstanceProfileName": "old", "Arn": "x"}]}
        ],
        "describe_auto_scaling_groups": [{"AutoScalingGroups": [
            {"AutoScalingGroupARN": ARNS["group of instances"], "Tags": LISTED},
            {"AutoScalingGroupARN": "bare"}]}],
        **changed,
    }  # fmt: skip
    fake = Fake(pages, asked, {"pool-0123abc": LISTED})
    return (lambda service, region=None: fake), asked


def test_all_pages_are_read_and_only_what_is_of_the_project_counts():
    client, asked = cloud()
    found, unasked = tagged(client, "gateway", "eu-central-1")
    assert unasked == [] and asked == ["pool-0123abc", "theirs-7654321"]
    assert set(found) == {
        LOG, ARNS["function"], ARNS["group of instances"], "arn:aws:iam::1:role/pool-0123abc",
    }  # fmt: skip


def test_the_region_of_the_bill_is_asked_too_and_once():
    client, _ = cloud()
    assert len(sources(client, "gateway", "eu-central-1")) == 5
    assert len(sources(client, "gateway", "us-east-1")) == 4


def test_who_does_not_answer_is_named_and_the_others_count():
    client, _ = cloud(list_roles=[refused("AccessDenied", "ListRoles")])
    found, unasked = tagged(client, "gateway", "us-east-1")
    assert len(found) == 3 and len(unasked) == 1
    assert unasked[0].startswith("roles: ") and "AccessDenied" in unasked[0]


def test_where_nobody_is_there_is_no_list_at_all():
    client, _ = cloud(get_resources=[EndpointConnectionError(endpoint_url="http://x")])
    with pytest.raises(EndpointConnectionError):
        tagged(client, "gateway", "us-east-1")


@pytest.mark.parametrize(
    "code",
    [
        "NotFoundException", "ResourceNotFoundException", "NoSuchEntity", "NoSuchBucket", "404",
        "InvalidInstanceID.NotFound", "InvalidGroup.NotFound", "InvalidLaunchTemplateId.NotFound",
        "LoadBalancerNotFound", "TargetGroupNotFound", "WAFNonexistentItemException",
    ],
)  # fmt: skip
def test_what_its_service_does_not_find_is_gone(code):
    assert details.is_gone(refused(code))


@pytest.mark.parametrize("code", ["AccessDenied", "Throttling", "ConflictException", ""])
def test_what_its_service_does_not_tell_is_not_called_gone(code):
    assert not details.is_gone(refused(code))


def test_times_are_told_in_one_form_whoever_tells_them():
    then = datetime(2026, 11, 29, 12, 0, tzinfo=timezone.utc)
    assert details.iso(then) == details.iso(then.timestamp() * 1000) == "2026-11-29T12:00:00Z"
    assert details.iso("2026-11-29T12:00:00.000+0000") == "2026-11-29T12:00:00.000+00:00"
    assert details.iso(None) == ""
