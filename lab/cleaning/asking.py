"""What AWS says that there is: by tag, from the tagging API and from services that it leaves out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
)

from lab.cleaning.state import PROJECT

# A service's client: `client("iam")`, or one of another Region: `client("iam", "us-east-1")`.
Client = Callable[..., Any]
Tags = dict[str, str]
GLOBAL = "us-east-1"  # where AWS keeps what belongs to no Region, and an account's bill
# How Pulumi ends the names that it makes. Of a role the tags have to be asked one by one, which
# takes minutes in an account that has thousands.
MADE_UP = re.compile(r".+-[0-9a-f]{7}")


def tagged(client: Client, project: str, region: str) -> tuple[dict[str, Tags], list[str]]:
    """All things with the tag of a project, by their ARNs, and who did not answer.

    AWS's tagging API tells of things for hours after they are gone, and of roles, instance profiles
    and groups of instances not at all: who wants to know asks each service.

    Raises:
        EndpointConnectionError, ConnectTimeoutError: nobody is there to be asked.
    """
    found: dict[str, Tags] = {}
    unasked = []
    for name, ask in sources(client, project, region).items():
        try:
            for arn, tags in ask():
                if tags.get(PROJECT) == project:
                    found[arn.removesuffix(":*")] = tags
        except (EndpointConnectionError, ConnectTimeoutError):
            raise
        except (ClientError, BotoCoreError) as error:
            unasked.append(f"{name}: {error}")
    return found, unasked


def sources(
    client: Client, project: str, region: str
) -> dict[str, Callable[[], Iterator[tuple[str, Tags]]]]:
    """Who is asked, by a name to tell."""
    asked = {
        f"tags in {where}": lambda where=where: by_tag(client, project, where)
        for where in dict.fromkeys([region, GLOBAL])
    }
    return {
        **asked,
        "roles": lambda: roles(client("iam")),
        "instance profiles": lambda: profiles(client("iam")),
        "groups of instances": lambda: groups(client("autoscaling")),
    }


def by_tag(client: Client, project: str, region: str) -> Iterator[tuple[str, Tags]]:
    """What the tagging API lists in a Region."""
    wanted = [{"Key": PROJECT, "Values": [project]}]
    asked = client("resourcegroupstaggingapi", region).get_paginator("get_resources")
    for page in asked.paginate(TagFilters=wanted):
        for one in page["ResourceTagMappingList"]:
            yield one["ResourceARN"], tags_of(one["Tags"])


def roles(iam: Any) -> Iterator[tuple[str, Tags]]:
    """Roles with a name that Pulumi made up."""
    for page in iam.get_paginator("list_roles").paginate():
        for role in page["Roles"]:
            if MADE_UP.fullmatch(name := role["RoleName"]):
                yield role["Arn"], tags_of(iam.list_role_tags(RoleName=name)["Tags"])


def profiles(iam: Any) -> Iterator[tuple[str, Tags]]:
    """Instance profiles with a name that Pulumi made up."""
    for page in iam.get_paginator("list_instance_profiles").paginate():
        for profile in page["InstanceProfiles"]:
            if MADE_UP.fullmatch(name := profile["InstanceProfileName"]):
                found = iam.list_instance_profile_tags(InstanceProfileName=name)
                yield profile["Arn"], tags_of(found["Tags"])


def groups(scaling: Any) -> Iterator[tuple[str, Tags]]:
    """Groups of instances."""
    for page in scaling.get_paginator("describe_auto_scaling_groups").paginate():
        for group in page["AutoScalingGroups"]:
            yield group["AutoScalingGroupARN"], tags_of(group.get("Tags") or ())


def tags_of(listed: Iterable[dict[str, Any]]) -> Tags:
    """Tags as most services list them."""
    return {each["Key"]: each.get("Value", "") for each in listed}
