"""The clock of balancers and groups: health checks, capacity and draining, looked at in turn."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from sandbox.server.base import emulator
from sandbox.server.machines import fleet

log = logging.getLogger("sandbox")

EVERY = 0.2  # seconds between two looks while there is something to look after
IDLE = 1.0  # and while there is nothing
HOSTS = 10.0  # seconds between two counts of healthy targets
_over = threading.Event()


Changed = Callable[[Iterable[str]], object]  # the services whose state is to be saved


class Clock:
    """Looks at all target groups and Auto Scaling groups of all accounts and regions."""

    def __init__(self, changed: Changed) -> None:
        self._changed = changed
        self._counted = 0.0

    def look(self) -> bool:
        """Do what is due everywhere; whether there was anything to look after."""
        loaded = emulator.app._loaded_modules
        alb, asg = loaded.get("alb"), loaded.get("autoscaling")
        found = False
        for (account, region, name), group in list(asg._asgs._data.items()) if asg else ():
            found = True
            with emulator.responses.request_scope(account, region):
                self._safely(name, self._tend, group)
        if alb is None or not alb._tgs._data:
            return found
        count = time.monotonic() >= self._counted + HOSTS
        self._counted = time.monotonic() if count else self._counted
        for (account, region, arn), _ in list(alb._tgs._data.items()):
            with emulator.responses.request_scope(account, region):
                self._safely(arn, _check, arn, count)
        return True

    def _tend(self, group: Any) -> None:
        from sandbox.server.scaling import activities, capacity, refreshes, tracking

        before = activities.state(group)
        tracking.step(group)
        refreshes.step(group)
        capacity.look(group)
        if activities.state(group) != before:
            self._changed(("autoscaling", "alb", "ec2"))

    def _safely(self, name: str, what: Any, *arguments: Any) -> None:
        try:
            what(*arguments)
        except Exception:
            log.exception("cannot look after %s", name)


def _check(arn: str, count: bool) -> None:
    from sandbox.server.balancing import probes

    probes.look(arn)
    if count:
        probes.count(arn)


async def watch(changed: Changed) -> None:
    """Look at everything, again and again; `changed` is told when that changed anything."""
    clock = Clock(changed)
    while not _over.is_set():
        await asyncio.sleep(EVERY if clock.look() else IDLE)


def end() -> None:
    """The sandbox stops: no instance outlives it, and no group starts another."""
    _over.set()
    fleet.end_all()
