"""WAF: what the emulator's web ACLs take and forget. An update replaces all that can change."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from sandbox.server.base.emulator import Answer, Record

KEPT = (
    "AssociationConfig",
    "CaptchaConfig",
    "ChallengeConfig",
    "CustomResponseBodies",
    "DataProtectionConfig",
    "OnSourceDDoSProtectionConfig",
    "TokenDomains",
)

waf: Any = None  # the emulator's module, once it is there


def create_record(original: Callable[..., Any]) -> Callable[..., Any]:
    def create(name: str, scope: str, props: Record) -> Any:
        uid, arn, acl = original(name, scope, props)
        acl.update({member: props[member] for member in KEPT if props.get(member)})
        return uid, arn, acl

    return create


def update(original: Callable[[Record], Answer]) -> Callable[[Record], Answer]:
    def change(data: Record) -> Answer:
        answer = original({"Rules": [], **data})
        if answer[0] != 200 or "NextLockToken" not in json.loads(answer[2]):
            return answer
        acl = waf._resource_from_scope(waf._web_acls, data["Id"], data.get("Scope", "REGIONAL"))
        acl["Description"] = data.get("Description", "")
        for member in KEPT:
            acl.pop(member, None)
            if data.get(member):
                acl[member] = data[member]
        return answer

    return change


def install(module: Any) -> None:
    """Put these over the emulator's calls."""
    global waf
    waf = module
    module.create_web_acl_record = create_record(module.create_web_acl_record)
    module._update_web_acl = update(module._update_web_acl)
