"""Log groups against a real emulator."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import AwsError
from sandbox.provider.core.registry import kind
from tests.sandbox.provider.lifecycle import (
    Lives,
    Wrapped,
    assert_complete,
    assert_deleted,
    assert_refused,
    created,
)

LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
KEY = "arn:aws:kms:us-east-1:000000000000:key/11111111-2222-3333-4444-555555555555"
FULL = {
    "kmsKeyId": KEY,
    "logGroupClass": "INFREQUENT_ACCESS",
    "retentionInDays": 7,
    "tags": {"team": "llm"},
}


def test_a_small_log_group_has_all_outputs_and_can_be_deleted_twice(life: Lives) -> None:
    group = life(LOG_GROUP, name=life.name("/course/logs"))
    assert_complete(group)
    assert group.id == group.outputs["name"]
    assert group.outputs["arn"] == f"arn:aws:logs:us-east-1:000000000000:log-group:{group.id}"
    assert group.outputs["retentionInDays"] == 0
    assert group.outputs["logGroupClass"] == "STANDARD"
    assert group.outputs["deletionProtectionEnabled"] is False
    assert_deleted(group)


def test_a_log_group_with_every_argument_reads_back_as_given(life: Lives) -> None:
    group = life(LOG_GROUP, name=life.name("logs"), **FULL)
    assert_complete(group)
    assert group.imported(group.id) == (group.id, group.outputs)
    assert_deleted(group)


@pytest.mark.parametrize(
    ("argument", "value", "seen"),
    [
        ("retentionInDays", 30, 30),
        ("retentionInDays", 0, None),
        ("tags", {"new": "1"}, {"new": "1"}),
        ("tags", None, {}),
    ],
)
def test_an_argument_of_a_log_group_is_updated(
    life: Lives, ctx: Context, argument: str, value: object, seen: object
) -> None:
    group = life(LOG_GROUP, name=life.name("logs"), **FULL).update(**{argument: value})
    logs = ctx.client("logs")
    found = logs.describe_log_groups(logGroupNamePrefix=group.id)["logGroups"][0]
    found["tags"] = logs.list_tags_for_resource(resourceArn=group.outputs["arn"])["tags"]
    assert found.get(argument) == seen
    assert group.read() == group.outputs


def test_what_the_emulator_lacks_is_asked_for_as_aws_wants_it(life: Lives, ctx: Context) -> None:
    group = life(LOG_GROUP, name=life.name("logs"), kmsKeyId=KEY)
    asked: list[dict[str, Any]] = []
    names = ("associate_kms_key", "disassociate_kms_key", "put_log_group_deletion_protection")
    recorded = {
        name: lambda _name=name, **request: asked.append({_name: request}) for name in names
    }
    group.ctx = Wrapped(ctx, "logs", **recorded)
    group.update(kmsKeyId="another", deletionProtectionEnabled=True)
    group.update(kmsKeyId=None, deletionProtectionEnabled=None)
    assert asked == [
        {names[0]: {"logGroupName": group.id, "kmsKeyId": "another"}},
        {names[2]: {"logGroupIdentifier": group.id, "deletionProtectionEnabled": True}},
        {names[1]: {"logGroupName": group.id}},
    ]


def test_a_log_group_is_not_taken_for_a_longer_named_one(life: Lives) -> None:
    short = life.name("logs")
    longer = life(LOG_GROUP, name=f"{short}-and-more")
    assert longer.kind.read(longer.ctx, short, {}) is None


def test_skip_destroy_keeps_the_log_group(life: Lives) -> None:
    group = life(LOG_GROUP, name=life.name("logs"), skipDestroy=True)
    group.delete()
    assert group.read() is not None
    group.update(skipDestroy=False).delete()
    assert group.read() is None


def test_a_create_that_fails_half_way_leaves_no_log_group(life: Lives, ctx: Context) -> None:
    name = life.name("logs")
    with pytest.raises(AwsError, match=r"retention policy: operation error CloudWatch Logs: Put"):
        created(LOG_GROUP, ctx, {"name": name, "retentionInDays": 2})
    assert kind(LOG_GROUP).read(ctx, name, {}) is None


def test_a_taken_name_is_refused_in_the_official_words(life: Lives, ctx: Context) -> None:
    group = life(LOG_GROUP, name=life.name("logs"))
    doing = f"creating CloudWatch Logs Log Group ({group.id}): operation error CloudWatch Logs: CreateLogGroup"
    assert_refused(
        ctx, LOG_GROUP, {"name": group.id}, doing, 400, "ResourceAlreadyExistsException: "
    )


def test_what_an_interrupted_create_left_is_found_by_name(life: Lives, ctx: Context) -> None:
    group = life(LOG_GROUP, name=life.name("logs"))
    found = kind(LOG_GROUP).find(ctx, group.inputs)
    assert found is not None and found.outputs["arn"] == group.outputs["arn"]
