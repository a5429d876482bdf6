"""What to do before and after an operation on a stack that may have been left in the middle.

An engine that was killed leaves its lock behind, and in the state the operations it had begun. A
sandbox that was killed has lost what was deployed. None of that is the learner's to repair. Here it
is decided, on values; lab.session.operate does it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from lab.session.state import Lock, State

DAMAGED = "The sandbox found its own state damaged as it started"


@dataclass(frozen=True)
class Verdict:
    """What the locks of a stack mean: free, dead (remove them) or held (wait for `lock`)."""

    kind: str
    lock: Lock | None = None


def decide(locks: Iterable[Lock], hosts: Collection[str], alive: Callable[[int], bool]) -> Verdict:
    """Whether a stack is free, locked by a process that is gone, or in use.

    Args:
        hosts: the name of this machine and those that it had before; a lock of another machine
            counts as held.
        alive: whether a process id belongs to a Pulumi engine that runs on this machine.
    """
    dead = None
    for lock in locks:
        if lock.host not in ("", *hosts) or alive(lock.pid):
            return Verdict("held", lock)
        dead = lock
    return Verdict("dead", dead) if dead else Verdict("free")


@dataclass(frozen=True)
class Before:
    """What an operation finds, and what is to be done before its own work.

    Attributes:
        state: of the stack, before the operation.
        clear: what an engine began and did not end; it is taken out of the state, and done again.
        refresh: why the state must be compared with the cloud; empty when it need not be.
    """

    state: State
    clear: tuple[str, ...] = ()
    refresh: str = ""

    @property
    def agrees(self) -> bool:
        """Whether state and cloud agree already, as they do where nothing is deployed."""
        return not self.state.names


def before(
    state: State, seen: Mapping[str, str], now: Mapping[str, str], damaged: str = ""
) -> Before:
    """What is to be done before an operation.

    Args:
        seen: generation and endpoint of the sandbox at this stack's last up.
        now: the same, of the sandbox that runs.
        damaged: what of its state that one could not read when it started.
    """
    refresh = _why_refresh(seen, now, damaged) if state.names else ""
    return Before(state, tuple(state.unfinished), refresh)


def is_news(seen: Mapping[str, str], now: Mapping[str, str]) -> bool:
    """Whether the sandbox is another one, or began anew, since the last up of a stack."""
    return seen.get("generation") != now.get("generation")


def _why_refresh(seen: Mapping[str, str], now: Mapping[str, str], damaged: str) -> str:
    if is_news(seen, now):
        if damaged:
            return f"{DAMAGED}: {damaged}. What is gone is made again."
        if not seen:
            return "It is not known whether state and cloud agree: they are compared."
        return (
            "The sandbox was reset, or did not end in order, since the last up: "
            "what is gone is made again."
        )
    if seen.get("endpoint") != now.get("endpoint"):
        return "The sandbox has another address since the last up: the URLs are read again."
    return ""


DEPLOYMENT = "aws:apigateway/deployment:Deployment"
# What a deployment freezes.
FROZEN = {
    f"aws:apigateway/{kind[0].lower()}{kind[1:]}:{kind}"
    for kind in (
        "Authorizer", "Integration", "Method", "Model", "RequestValidator", "Resource", "Response",
        "RestApiPolicy",
    )
}  # fmt: skip


def still_served(old: State, new: State) -> bool:
    """Whether an operation led to a deployment that still serves what it removed from the API.

    The engine deletes last. A deployment that is made by the same up is a copy of the API as it
    was before that; the program knows it by its last list of parts, and makes another one the next
    time.
    """
    removed = old.urns(FROZEN) - new.urns(FROZEN)
    deployments = new.urns({DEPLOYMENT}) & old.urns({DEPLOYMENT})
    return bool(removed and deployments)
