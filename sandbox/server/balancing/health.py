"""Health of targets: what a probe's result makes of a target. Nothing is asked here."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox.server.base.emulator import Record

if TYPE_CHECKING:
    from sandbox.server.balancing.exchange import Exchange

# How often a target is asked that was never healthy: AWS's interval would only make who waits wait.
NEW = 1.0

REGISTERING = ("initial", "Elb.RegistrationInProgress", "Target registration is in progress")
CHECKING = ("initial", "Elb.InitialHealthChecking", "Initial health checks in progress")
HEALTHY = ("healthy", "", "")
DRAINING = (
    "draining",
    "Target.DeregistrationInProgress",
    "Target deregistration is in progress",
)
NOT_REGISTERED = (
    "unused",
    "Target.NotRegistered",
    "Target is not registered to the target group",
)
NOT_IN_USE = (
    "unused",
    "Target.NotInUse",
    "Target group is not configured to receive traffic from the load balancer",
)
DISABLED = (
    "unavailable",
    "Target.HealthCheckDisabled",
    "Health checks are not enabled for this target",
)
TIMEOUT = ("unhealthy", "Target.Timeout", "Request timed out")
FAILED = ("unhealthy", "Target.FailedHealthChecks", "Health checks failed")

Health = tuple[str, str, str]  # state, reason, description


def mismatch(code: int) -> Health:
    """The health of a target that answers with another code than is asked for."""
    text = f"Health checks failed with these codes: [{code}]"
    return "unhealthy", "Target.ResponseCodeMismatch", text


@dataclass(frozen=True)
class Check:
    """How a target group's targets are checked; times are in seconds."""

    path: str = "/"
    port: int | None = None  # None: the target's own
    codes: str = "200"
    interval: float = 30.0
    timeout: float = 5.0
    healthy: int = 5
    unhealthy: int = 2
    enabled: bool = True

    def passes(self, code: int) -> bool:
        """Whether a status is among those of the matcher, as `200`, `200-299` or `200,202`."""
        for part in self.codes.split(","):
            low, _, high = part.strip().partition("-")
            if low.isdecimal() and int(low) <= code <= int(high or low):
                return True
        return False


def check_of(group: Record) -> Check:
    """How a group's record says that its targets are checked."""
    port = str(group.get("HealthCheckPort") or "traffic-port")
    default = group.get("TargetType") != "lambda"
    return Check(
        path=group.get("HealthCheckPath") or "/",
        port=int(port) if re.fullmatch(r"\d+", port) else None,
        codes=str((group.get("Matcher") or {}).get("HttpCode") or "200"),
        interval=float(group.get("HealthCheckIntervalSeconds") or 30),
        timeout=float(group.get("HealthCheckTimeoutSeconds") or 5),
        healthy=int(group.get("HealthyThresholdCount") or 5),
        unhealthy=int(group.get("UnhealthyThresholdCount") or 2),
        enabled=bool(group.get("HealthCheckEnabled", default)) and default,
    )


@dataclass
class Target:
    """A target of a group: its health, and what it has to do right now. Times are monotonic."""

    group: str  # its ARN
    id: str
    port: int
    since: float
    zone: str = ""
    health: Health = REGISTERING
    good: int = 0  # probes that passed, one after another
    bad: int = 0
    due: float = 0.0  # when it is to be asked next
    asked: bool = False  # a probe is on its way
    ends: float | None = None  # when its draining is over at the latest
    open: set[Exchange] = field(default_factory=set)  # requests that it answers

    @property
    def state(self) -> str:
        return self.health[0]

    @property
    def draining(self) -> bool:
        return self.ends is not None

    def drain(self, now: float, delay: float) -> None:
        """Give it no more requests; those that it has may take `delay` seconds."""
        self.health, self.ends = DRAINING, now + delay

    def revive(self, now: float) -> None:
        """It was registered again."""
        self.health, self.since, self.ends = REGISTERING, now, None
        self.good = self.bad = 0

    def drained(self, now: float) -> bool:
        """Whether the last request was answered, or the delay is over."""
        return self.ends is not None and (not self.open or now >= self.ends)

    def probed(self, failure: Health | None, check: Check, now: float) -> None:
        """Take in the result of a probe; `failure` is the health that it speaks for."""
        new = self.state == "initial"
        self.good, self.bad = (0, self.bad + 1) if failure else (self.good + 1, 0)
        if failure is None:
            # One success is enough for a new target, several for one that was unhealthy.
            if new or self.state == "unused" or self.good >= check.healthy:
                self.health = HEALTHY
        elif self.state == "unhealthy":
            self.health = failure
        elif new and now < self.since + check.unhealthy * check.interval:
            # It is asked more often than on AWS, and not judged sooner.
            self.health = CHECKING
        elif self.bad >= check.unhealthy:
            self.health = failure
        self.due = now + (min(NEW, check.interval) if self.state == "initial" else check.interval)
