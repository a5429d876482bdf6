"""Roles and policies."""

from __future__ import annotations

from functools import partial

from tests.sandbox.server.records.case import LIST, POLICY, TRUST, Change, record, same
from tests.sandbox.server.shapes import document

OTHER_TRUST = document(
    {"Effect": "Allow", "Principal": {"Service": "a.amazonaws.com"}, "Action": "sts:AssumeRole"}
)
BOUNDARY = {
    "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
    "PermissionsBoundaryArn": "{policy}",
}
ATTACHED = {"RoleName": "{role_name}", "PolicyArn": "{policy}"}

iam = partial(record, "iam")

IAM = (
    iam(
        "role",
        {
            "RoleName": "one",
            "Path": "/a/b/",
            "AssumeRolePolicyDocument": TRUST,
            "Description": "first",
            "MaxSessionDuration": 7200,
            "PermissionsBoundary": "{policy}",
            "Tags": LIST,
        },
        {"RoleName": "one"},
        same(Description="two"),
        same(MaxSessionDuration=3600),
        Change("update_assume_role_policy", {"PolicyDocument": OTHER_TRUST}, {}),
        Change("tag_role", {"Tags": [{"Key": "x", "Value": "y"}]}, {}),
        Change(
            "untag_role", {"TagKeys": ["owner", "empty"]}, {"Tags": [{"Key": "x", "Value": "y"}]}
        ),
        Change("delete_role_permissions_boundary", {}, {"PermissionsBoundary": None}),
        Change(
            "put_role_permissions_boundary",
            {"PermissionsBoundary": "{policy}"},
            {"PermissionsBoundary": BOUNDARY},
        ),
        also={
            "Arn": "arn:aws:iam::000000000000:role/a/b/one",
            "PermissionsBoundary": BOUNDARY,
        },
        unseen=("AssumeRolePolicyDocument",),
        place="Role",
    ),
    iam(
        "role policy",
        {"RoleName": "{role_name}", "PolicyName": "one", "PolicyDocument": POLICY},
        {"RoleName": "{role_name}", "PolicyName": "one"},
        Change("put_role_policy", {"PolicyDocument": POLICY}, {}),
        calls=("put", "get", "delete"),
        unseen=("PolicyDocument",),
    ),
    iam(
        "role policy attachment",
        ATTACHED,
        ATTACHED,
        noun="role_policy",
        calls=("attach", "list_attached_role_policies", "detach"),
        also={"PolicyName": "there"},
        unseen=("RoleName",),
        place="AttachedPolicies.0",
    ),
    iam(
        "policy",
        {
            "PolicyName": "one",
            "Path": "/a/",
            "PolicyDocument": POLICY,
            "Description": "first",
            "Tags": LIST,
        },
        {"PolicyArn": "{new.Policy.Arn}"},
        Change(
            "create_policy_version",
            {"PolicyDocument": POLICY, "SetAsDefault": True},
            {"DefaultVersionId": "v2"},
        ),
        Change("delete_policy_version", {"VersionId": "v1"}, {"DefaultVersionId": "v2"}),
        Change("untag_policy", {"TagKeys": ["owner"]}, {"Tags": [{"Key": "empty", "Value": ""}]}),
        also={
            "Arn": "arn:aws:iam::000000000000:policy/a/one",
            "DefaultVersionId": "v1",
            "AttachmentCount": 0,
            "IsAttachable": True,
        },
        unseen=("PolicyDocument",),
        place="Policy",
    ),
)
