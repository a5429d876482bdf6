"""What to do before an operation on a stack that may have been left in the middle: decisions only.

An engine that was killed leaves its lock behind, and in the state the operations it had begun. A
sandbox that was killed has lost what was deployed. None of that is the learner's to repair.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lab.deploy.state import spoken


@dataclass(frozen=True)
class Lock:
    """Who locked a stack, as the engine's file backend writes it down."""

    pid: int = 0
    host: str = ""
    user: str = ""
    since: str = ""

    def __str__(self) -> str:
        return f"process {self.pid} of {self.user} on {self.host}, since {self.since}"


@dataclass(frozen=True)
class Verdict:
    """What the locks of a stack mean: free, dead (remove them) or held (wait for `lock`)."""

    kind: str
    lock: Lock | None = None


def read_lock(text: str) -> Lock:
    """A lock file's content; a file that was cut short is nobody's lock."""
    try:
        data = json.loads(text)
        return Lock(
            int(data.get("pid") or 0),
            str(data.get("hostname") or ""),
            str(data.get("username") or ""),
            str(data.get("timestamp") or "")[:19].replace("T", " "),
        )
    except (ValueError, AttributeError, TypeError):
        return Lock()


def decide(locks: Iterable[Lock], host: str, alive: Callable[[int], bool]) -> Verdict:
    """Whether a stack is free, locked by a process that is gone, or in use.

    Args:
        host: the name of this machine; a lock of another machine counts as held.
        alive: whether a process id belongs to a Pulumi engine that runs on this machine.
    """
    dead = None
    for lock in locks:
        if lock.host not in ("", host) or alive(lock.pid):
            return Verdict("held", lock)
        dead = lock
    return Verdict("dead", dead) if dead else Verdict("free")


def pending(checkpoint: Mapping[str, Any]) -> list[str]:
    """The operations that an engine began and did not end: "creating aws.iam.Role name"."""
    found = []
    for operation in checkpoint.get("pending_operations") or ():
        resource = operation.get("resource") or {}
        name = str(resource.get("urn", "")).rsplit("::", 1)[-1]
        found.append(f"{operation.get('type')} {spoken(str(resource.get('type')))} {name}")
    return found


def why_refresh(seen: Mapping[str, str], now: Mapping[str, str]) -> str:
    """Why the state must be compared with the cloud before an up; empty when it need not be.

    Args:
        seen: generation and endpoint of the sandbox at this stack's last up.
        now: the same, of the sandbox that runs.
    """
    if seen.get("generation") != now.get("generation"):
        return "The sandbox started from nothing since the last up: what is gone is made again."
    if seen.get("endpoint") != now.get("endpoint"):
        return "The sandbox has another address since the last up: the URLs are read again."
    return ""


def names(checkpoint: Mapping[str, Any]) -> list[str]:
    """The Pulumi names of the resources that a stack holds, its providers and itself left out."""
    return [
        str(resource.get("urn", "")).rsplit("::", 1)[-1]
        for resource in checkpoint.get("resources") or ()
        if not str(resource.get("type", "")).startswith("pulumi:")
    ]


DEPLOYMENT = "aws:apigateway/deployment:Deployment"
# What a deployment freezes.
FROZEN = {
    f"aws:apigateway/{kind[0].lower()}{kind[1:]}:{kind}"
    for kind in (
        "Authorizer", "Integration", "Method", "Model", "RequestValidator", "Resource", "Response",
        "RestApiPolicy",
    )
}  # fmt: skip


def still_served(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The deployments that still serve what an up has removed from their API, by URN.

    The engine deletes last. A deployment that is made by the same up is a copy of the API as it
    was before that, and no later up finds anything to change.

    Args:
        before, after: the checkpoints before and after an up.
    """

    def of(checkpoint: Mapping[str, Any], types: set[str]) -> set[str]:
        resources = checkpoint.get("resources") or ()
        return {str(each["urn"]) for each in resources if each.get("type") in types}

    deployments = of(after, {DEPLOYMENT}) & of(before, {DEPLOYMENT})
    return sorted(deployments) if of(before, FROZEN) - of(after, FROZEN) else []
