"""Health checks: every registered target is asked, as often as its group says."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

from sandbox.server.balancing import balancer_metrics, health, targets
from sandbox.server.balancing.health import Check, Health, Target
from sandbox.server.balancing.targets import Place

AGENT = "ELB-HealthChecker/2.0"
_asking: set[asyncio.Future[None]] = set()  # held, or they would be lost


def look(group: str) -> None:
    """Ask those targets of a group, given by its ARN, whose time has come."""
    found = targets.of(group)
    if not found:
        return
    balancers = targets.balancers_of(group)
    check, now = health.check_of(targets.alb._tgs[group]), time.monotonic()
    for target in found:
        if target.draining:
            continue
        if not balancers or not check.enabled:
            # When the group is used at last, its targets are new to whoever uses it.
            target.revive(now)
        elif now >= target.due and not target.asked:
            target.asked = True
            place = targets.place(target, check.port or target.port, balancers[0])
            task = asyncio.ensure_future(_judge(target, place, check))
            _asking.add(task)
            task.add_done_callback(_asking.discard)


def count(group: str) -> None:
    """Publish how many targets of a group are healthy, for each balancer that uses it."""
    zones: dict[str, list[int]] = {}
    for target in targets.of(group):
        if not target.draining:
            zones.setdefault(target.zone, [0, 0])[target.state != "healthy"] += 1
    for balancer in targets.balancers_of(group):
        balancer_metrics.hosts(balancer, group, zones)


async def _judge(target: Target, place: Place, check: Check) -> None:
    try:
        failure = await probe(place, check)
    finally:
        target.asked = False
    if not target.draining:
        target.probed(failure, check, time.monotonic())


async def probe(place: Place, check: Check) -> Health | None:
    """Ask a target; what its failure says of its health, None when it passes."""
    try:
        code = await asyncio.wait_for(_code(place, check.path), check.timeout)
    except asyncio.TimeoutError:
        return health.TIMEOUT
    except (OSError, ValueError, IndexError):
        return health.FAILED
    return None if check.passes(code) else health.mismatch(code)


async def _code(place: Place, path: str) -> int:
    if place.silent:
        await asyncio.sleep(3600)
    reader, writer = await asyncio.open_connection(place.host, place.port)
    try:
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: {place.host}:{place.port}\r\nConnection: close\r\n"
            f"User-Agent: {AGENT}\r\nAccept-Encoding: gzip, compressed\r\n\r\n".encode()
        )
        line = await reader.readline()
        return int(line.split()[1])
    finally:
        writer.close()
        with suppress(OSError, asyncio.CancelledError):
            await writer.wait_closed()
