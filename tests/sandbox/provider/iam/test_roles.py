"""Roles, inline policies and attachments against a real emulator."""

from __future__ import annotations

import json

import pytest

from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import AwsError, CallError
from sandbox.provider.core.registry import kind
from tests.sandbox.provider.lifecycle import (
    Lives,
    assert_complete,
    assert_deleted,
    assert_found,
    created,
)

ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
MANAGED = "arn:aws:iam::aws:policy/ReadOnlyAccess"
OTHER = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"


def trust(service: str) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2)


def may(*actions: str) -> str:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


SMALL = {"assumeRolePolicy": trust("lambda")}
FULL = {
    **SMALL,
    "description": "runs the model",
    "forceDetachPolicies": True,
    "inlinePolicies": [
        {"name": "z-logs", "policy": may("logs:*")},
        {"name": "a-lambda", "policy": may("lambda:InvokeFunction")},
    ],
    "managedPolicyArns": [OTHER, MANAGED],
    "maxSessionDuration": 7200,
    "path": "/course/",
    "permissionsBoundary": MANAGED,
    "tags": {"team": "llm", "empty": ""},
}


def test_a_small_role_has_all_outputs_and_can_be_deleted_twice(life: Lives) -> None:
    role = life(ROLE, name=life.name("role"), **SMALL)
    assert_complete(role)
    assert role.id == role.outputs["name"]
    assert role.outputs["arn"] == f"arn:aws:iam::000000000000:role/{role.id}"
    assert role.outputs["assumeRolePolicy"].startswith('{"Statement":[{"Action":"sts:AssumeRole"')
    assert role.outputs["uniqueId"].startswith("AROA")
    assert role.outputs["createDate"].endswith("Z")
    assert_deleted(role)


def test_a_role_with_every_argument_reads_back_as_given(life: Lives) -> None:
    given = {name: value for name, value in FULL.items() if name != "inlinePolicies"}
    role = life(ROLE, name=life.name("role"), **FULL)
    assert role.read() == role.outputs
    assert {name: role.outputs[name] for name in given if name != "assumeRolePolicy"} == {
        name: value for name, value in given.items() if name != "assumeRolePolicy"
    }
    assert [entry["name"] for entry in role.outputs["inlinePolicies"]] == ["z-logs", "a-lambda"]
    assert role.outputs["arn"].endswith(f":role/course/{role.id}")
    assert_deleted(role)


def test_a_role_named_by_prefix_shows_the_prefix(life: Lives) -> None:
    role = life(ROLE, namePrefix="course-", **SMALL)
    assert role.id.startswith("course-") and len(role.id) == len("course-") + 26
    assert role.outputs["namePrefix"] == "course-"


@pytest.mark.parametrize(
    ("argument", "value", "seen"),
    [
        ("assumeRolePolicy", trust("apigateway"), "apigateway.amazonaws.com"),
        ("description", "another", "another"),
        ("description", None, ""),
        ("maxSessionDuration", 3600, 3600),
        ("permissionsBoundary", OTHER, OTHER),
        ("permissionsBoundary", None, None),
        ("tags", {"team": "x", "new": "1"}, {"team": "x", "new": "1"}),
        ("tags", None, {}),
    ],
)
def test_an_argument_of_a_role_is_updated(
    life: Lives, ctx: Context, argument: str, value: object, seen: object
) -> None:
    role = life(ROLE, name=life.name("role"), **FULL).update(**{argument: value})
    found = ctx.client("iam").get_role(RoleName=role.id)["Role"]
    found_now = {
        "assumeRolePolicy": found["AssumeRolePolicyDocument"]["Statement"][0]["Principal"].get(
            "Service"
        ),
        "description": found.get("Description", ""),
        "maxSessionDuration": found["MaxSessionDuration"],
        "permissionsBoundary": found.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
        "tags": {tag["Key"]: tag["Value"] for tag in found.get("Tags", ())},
    }
    assert found_now[argument] == seen
    assert role.read() == role.outputs


def test_the_policies_of_a_role_are_exchanged(life: Lives, ctx: Context) -> None:
    role = life(ROLE, name=life.name("role"), **FULL)
    role.update(
        inlinePolicies=[{"name": "z-logs", "policy": may("logs:PutLogEvents")}],
        managedPolicyArns=[MANAGED],
    )
    iam = ctx.client("iam")
    assert iam.list_role_policies(RoleName=role.id)["PolicyNames"] == ["z-logs"]
    text = iam.get_role_policy(RoleName=role.id, PolicyName="z-logs")["PolicyDocument"]
    assert text["Statement"][0]["Action"] == ["logs:PutLogEvents"]
    attached = iam.list_attached_role_policies(RoleName=role.id)["AttachedPolicies"]
    assert [entry["PolicyArn"] for entry in attached] == [MANAGED]


def test_a_role_is_imported_by_its_name(life: Lives) -> None:
    role = life(ROLE, name=life.name("role"), **FULL)
    id, outputs = role.imported(role.id)
    assert id == role.id
    sets = ("inlinePolicies", "managedPolicyArns", "forceDetachPolicies")
    assert {n: v for n, v in outputs.items() if n not in sets} == {
        n: v for n, v in role.outputs.items() if n not in sets
    }
    assert sorted(outputs["managedPolicyArns"]) == sorted(FULL["managedPolicyArns"])


def test_a_create_that_fails_half_way_leaves_no_role(life: Lives, ctx: Context) -> None:
    name = life.name("role")
    inputs = {"name": name, **SMALL, "inlinePolicies": [{"name": "bad", "policy": "no JSON"}]}
    with pytest.raises(CallError, match=rf"^creating IAM Role \({name}\): "):
        created(ROLE, ctx, inputs)
    assert kind(ROLE).read(ctx, name, {}) is None


def test_a_taken_name_is_refused_in_the_official_words(life: Lives, ctx: Context) -> None:
    role = life(ROLE, name=life.name("role"), **SMALL)
    with pytest.raises(AwsError) as refused:
        kind(ROLE).create(ctx, {"name": role.id, **SMALL})
    assert str(refused.value).startswith(
        f"creating IAM Role ({role.id}): operation error IAM: CreateRole, "
        "https response error StatusCode: 409, RequestID: "
    )
    assert f"EntityAlreadyExists: Role with name {role.id} already exists." in str(refused.value)


def test_deleting_a_role_with_a_foreign_policy_needs_force(life: Lives, ctx: Context) -> None:
    role = life(ROLE, name=life.name("role"), **SMALL)
    ctx.client("iam").attach_role_policy(RoleName=role.id, PolicyArn=MANAGED)
    with pytest.raises(AwsError, match="DeleteConflict"):
        role.delete()
    role.update(forceDetachPolicies=True).delete()
    assert role.read() is None


def test_what_an_interrupted_create_left_is_found_by_name(life: Lives, ctx: Context) -> None:
    left = life(ROLE, name=life.name("role"), **SMALL)
    assert_found(ctx, ROLE, left.inputs, left.id)
    assert kind(ROLE).find(ctx, {**SMALL, "name": "nobody"}) is None


def test_a_role_policy_lives(life: Lives, ctx: Context) -> None:
    role = life(ROLE, name=life.name("role"), **SMALL)
    rules = life(ROLE_POLICY, name="invoke", role=role.id, policy=may("logs:PutLogEvents"))
    assert_complete(rules)
    assert rules.id == f"{role.id}:invoke"
    assert rules.outputs["policy"].startswith('{"Version":"2012-10-17","Statement":[')
    rules.update(policy=may("lambda:InvokeFunction", "logs:*"))
    found = ctx.client("iam").get_role_policy(RoleName=role.id, PolicyName="invoke")
    assert found["PolicyDocument"]["Statement"][0]["Action"] == ["lambda:InvokeFunction", "logs:*"]
    assert rules.imported(rules.id) == (rules.id, rules.outputs)
    assert_deleted(rules)


def test_a_role_policy_for_no_role_is_refused_in_the_official_words(ctx: Context) -> None:
    expected = r"^putting IAM Role \(nope\) Policy \(p\): operation error IAM: PutRolePolicy, "
    with pytest.raises(AwsError, match=expected):
        kind(ROLE_POLICY).create(ctx, {"name": "p", "role": "nope", "policy": may("logs:*")})


def test_an_attachment_lives(life: Lives, ctx: Context) -> None:
    role = life(ROLE, name=life.name("role"), **SMALL)
    attached = life(ATTACHMENT, role=role.id, policyArn=MANAGED)
    assert_complete(attached)
    assert attached.imported(f"{role.id}/{MANAGED}") == (attached.id, attached.outputs)
    assert_deleted(attached)


def test_an_attachment_to_no_role_is_refused_in_the_official_words(ctx: Context) -> None:
    with pytest.raises(AwsError) as refused:
        kind(ATTACHMENT).create(ctx, {"role": "nope", "policyArn": MANAGED})
    assert str(refused.value).startswith(
        f"attaching IAM Policy ({MANAGED}) to IAM Role (nope): "
        "operation error IAM: AttachRolePolicy, https response error StatusCode: 404, RequestID: "
    )
    assert str(refused.value).endswith("NoSuchEntity: Role nope not found.")
