"""IAM: the policies that a role itself lists, inline ones by name and managed ones by ARN."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

from sandbox.provider.core import policy
from sandbox.provider.core.answers import find, same_order
from sandbox.provider.core.kinds import Inputs, Outputs

GONE = "NoSuchEntity"


def document(value: Any) -> Any:
    """A policy as boto3 gives it: parsed, or URL-encoded text when it was no JSON."""
    return unquote(value) if isinstance(value, str) else value


def inline(values: Outputs) -> dict[str, str]:
    """The inline policies of a program, by name."""
    entries = values.get("inlinePolicies") or ()
    return {entry["name"]: entry["policy"] for entry in entries if entry.get("name")}


def read_inline(iam: Any, role: str, last: Outputs) -> list[Outputs]:
    """The inline policies of a role, those of the program in its order."""
    known, found = inline(last), []
    for name in same_order(_inline_names(iam, role), known):
        answer = find(iam.get_role_policy, GONE, RoleName=role, PolicyName=name)
        if answer is not None:
            text = policy.current(document(answer["PolicyDocument"]), known.get(name))
            found.append({"name": name, "policy": text})
    return found


def _inline_names(iam: Any, role: str) -> list[str]:
    pages = iam.get_paginator("list_role_policies").paginate(RoleName=role)
    return [name for page in pages for name in page["PolicyNames"]]


def attached_to(iam: Any, role: str) -> list[str]:
    """The ARNs of the managed policies that are attached to a role."""
    pages = iam.get_paginator("list_attached_role_policies").paginate(RoleName=role)
    return [entry["PolicyArn"] for page in pages for entry in page["AttachedPolicies"]]


def put(iam: Any, role: str, policies: dict[str, str], arns: Iterable[str]) -> None:
    """Give a role inline policies and managed ones."""
    for name, text in policies.items():
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=policy.normal(text))
    for arn in arns:
        iam.attach_role_policy(RoleName=role, PolicyArn=arn)


def take(iam: Any, role: str, names: Iterable[str], arns: Iterable[str]) -> None:
    """Take inline policies and managed ones off a role."""
    for name in names:
        find(iam.delete_role_policy, GONE, RoleName=role, PolicyName=name)
    for arn in arns:
        find(iam.detach_role_policy, GONE, RoleName=role, PolicyArn=arn)


def take_all(iam: Any, role: str) -> None:
    """Take all policies off a role, whoever put them there."""
    names = find(_inline_names, GONE, iam=iam, role=role) or ()
    take(iam, role, names, find(attached_to, GONE, iam=iam, role=role) or ())


def update(iam: Any, role: str, old: Outputs, new: Inputs) -> None:
    """Bring both lists of policies to what the program says; a list it leaves out stays."""
    if "inlinePolicies" in new:
        before, after = inline(old), inline(new)
        take(iam, role, before.keys() - after.keys(), ())
        differs = {n: d for n, d in after.items() if not policy.equivalent(before.get(n), d)}
        put(iam, role, differs, ())
    if "managedPolicyArns" in new:
        had, wants = set(old.get("managedPolicyArns") or ()), set(new["managedPolicyArns"])
        take(iam, role, (), had - wants)
        put(iam, role, {}, sorted(wants - had))
