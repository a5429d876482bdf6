"""The seam between the provider's core and the calls of each type.

The core (server, check, diff) knows types from tables; a `Kind` is what it does not know: how one
type is created, read, updated and deleted through AWS's API. Adding a type is adding a `Kind` to
the `KINDS` of its service's module; `FUNCTIONS` are what programs look up.

What the core promises to calls: names are those of Pulumi's wire, values plain Python (whole
numbers are int), no secrets, nothing unknown, absent arguments left out; defaults are in, the name
is chosen, `tags` holds the provider's default tags too, in old and in new values, `region` is
`ctx.region`; `update` runs only for a change that does not replace.

What calls promise: they return what AWS says. A name that they leave out keeps its argument
(create, update) or last value (read): right for what AWS does not keep, such as `triggers`. None
says "not set". `tags` are all that AWS has; the core tells own from default ones and makes
`tagsAll`. `region` may be left out.
"""

from __future__ import annotations

import importlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.provider.core.wording import describe, duration

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

Inputs = dict[str, Any]
"""Arguments by their wire names (camelCase), secrets unwrapped, no unknowns."""
Outputs = dict[str, Any]
"""What a resource looks like now, by the same names: its arguments and what AWS computed."""

# Where the types of a Pulumi module live. Imported at the first use of one of its types: the start
# of the provider is part of an `up`.
MODULES = {
    "ec2": "sandbox.provider.ec2.security_groups",
    "iam": "sandbox.provider.iam.roles",
    "lambda": "sandbox.provider.lambda_.functions",
    "apigateway": "sandbox.provider.apigateway.rest_apis",
    "autoscaling": "sandbox.provider.autoscaling.groups",
    "cloudwatch": "sandbox.provider.cloudwatch.dashboards",
    "cognito": "sandbox.provider.cognito.pools",
    "dynamodb": "sandbox.provider.dynamodb.tables",
    "lb": "sandbox.provider.lb.balancers",
    "s3": "sandbox.provider.s3.buckets",
    "secretsmanager": "sandbox.provider.secretsmanager.secrets",
    "ssm": "sandbox.provider.ssm.parameters",
    "wafv2": "sandbox.provider.wafv2.acls",
    "index": "sandbox.provider.lookups.lookups",
}
FUNCTIONS_MODULE = "sandbox.provider.lookups.lookups"


class CallError(Exception):
    """A refusal of the provider itself; its text is shown to the user as it is."""


class AwsError(CallError):
    """A refusal of the API: what was being done, and AWS's answer in the official wording."""

    def __init__(self, doing: str, error: ClientError) -> None:
        super().__init__(f"{doing}: {describe(error)}")
        self.error = error


class TimedOut(CallError):
    """A wait took longer than the program's `customTimeouts` allow; the text lacks what for."""


class Cancelled(Exception):
    """The deployment was interrupted while a call waited."""


@contextmanager
def doing(what: str, service: str) -> Iterator[None]:
    """Put `what` before any refusal of `service` (boto3's name) in the block."""
    from botocore.exceptions import ClientError

    try:
        yield
    except ClientError as error:
        error.service = service
        raise AwsError(what, error) from error


@dataclass(frozen=True)
class Created:
    """A new resource: the id that Pulumi keeps, and everything it knows about it."""

    id: str
    outputs: Outputs


class Incomplete(CallError):
    """A create stopped half-way, and what exists is worth keeping.

    The engine keeps the resource, shows the reason, and updates the resource at the next `up`.
    """

    def __init__(self, created: Created, reason: str) -> None:
        super().__init__(reason)
        self.created = created


@dataclass
class Clients:
    """boto3 clients, one for each service and region, shared by all threads."""

    _made: dict[tuple[str, str], Any] = field(default_factory=dict)
    # One for all: each has read the endpoints of all of AWS, which is 8 MB and 80 ms.
    _session: Any = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, service: str, region: str, endpoint: str) -> Any:
        """The client of a service, made at its first use: making one is slow and not thread-safe."""
        with self._lock:
            key = (service, region)
            if key not in self._made:
                self._made[key] = self._make(service, region, endpoint)
            return self._made[key]

    def _make(self, service: str, region: str, endpoint: str) -> Any:
        import boto3
        from botocore.config import Config

        if self._session is None:
            self._session = boto3.session.Session()
        # One `up` makes up to 64 calls at once; boto3's own pool of ten would queue them.
        config = Config(max_pool_connections=64, retries={"mode": "standard", "max_attempts": 5})
        return self._session.client(
            service, region_name=region, endpoint_url=endpoint or None, config=config
        )


@dataclass
class Context:
    """What calls need to know. `Context()` alone serves tests; the core makes one for each call."""

    region: str = "us-east-1"
    account: str = "000000000000"
    endpoint: str = field(default_factory=lambda: os.environ.get("AWS_ENDPOINT_URL", ""))
    default_tags: dict[str, str] = field(default_factory=dict)
    clients: Clients = field(default_factory=Clients)
    cancelled: threading.Event = field(default_factory=threading.Event)
    note: Callable[[str, Outputs], None] = lambda id, outputs: None
    timeout: float = 0.0  # seconds that the program gives the call; 0 when it does not say
    started: float = field(default_factory=time.monotonic)

    @property
    def partition(self) -> str:
        """`aws`, or the one of the regions in China and of the US government."""
        if self.region.startswith("cn-"):
            return "aws-cn"
        return "aws-us-gov" if self.region.startswith("us-gov-") else "aws"

    def client(self, service: str) -> Any:
        """The boto3 client of a service in this region, made at its first use."""
        return self.clients.get(service, self.region, self.endpoint)

    def archive(self, value: Any) -> bytes:
        """The zip file of an archive as it came over the wire; same files, same bytes."""
        from sandbox.provider.core import archives

        return archives.zip_bytes(value)

    def content(self, value: Any) -> bytes:
        """The bytes of an asset (a file or a text) as it came over the wire."""
        from sandbox.provider.core import archives

        return archives.content(value)

    def wait(self, seconds: float) -> None:
        """Sleep between two looks at something slow.

        Raises:
            Cancelled: the deployment was interrupted.
            TimedOut: the call has had the time that the program gives it.
        """
        left = self.started + self.timeout - time.monotonic() if self.timeout else seconds
        if left <= 0:
            raise TimedOut(f"timeout while waiting (timeout: {duration(self.timeout)})")
        if self.cancelled.wait(min(seconds, left)):
            raise Cancelled

    def made(self, resource_id: str, outputs: Outputs | None = None) -> None:
        """Note, in a create of several calls, what exists now: the next create adopts it."""
        self.note(resource_id, outputs or {})


def _no_import(resource_id: str) -> tuple[str, Outputs]:
    return resource_id, {}


@dataclass(frozen=True)
class Kind:
    """The calls of one type.

    Attributes:
        token: its Pulumi type, such as `aws:iam/role:Role`.
        create: make it. A create of several calls takes back what it made when a later one fails,
            or raises Incomplete.
        read: everything known about the resource with this id, None when it is gone. The last
            known state (empty after an import) supplies what the API does not keep.
        update: bring it from the old outputs to the new inputs; None for a type that only replaces.
        delete: remove it; fine when it is gone already.
        computed: outputs unknown until created, when they are others than the facts say.
        imported: turns the id that a user imports into the resource's id and the first state that
            `read` needs.
        identified: the resource's id from what an import's `read` returned, for types that are
            imported by another name than their id.
        find: what an interrupted create with these inputs left behind, None when nothing. Called
            only after such an interruption, so it may search by name or path.
        lacks: arguments that the sandbox cannot carry out, by dotted path; Check refuses them.
    """

    token: str
    create: Callable[[Context, Inputs], Created]
    read: Callable[[Context, str, Outputs], Outputs | None]
    delete: Callable[[Context, str, Outputs], None]
    update: Callable[[Context, str, Outputs, Inputs], Outputs] | None = None
    computed: tuple[str, ...] = ()
    imported: Callable[[str], tuple[str, Outputs]] = _no_import
    identified: Callable[[Context, Outputs], str] | None = None
    find: Callable[[Context, Inputs], Created | None] | None = None
    lacks: tuple[str, ...] = ()


Function = Callable[[Context, dict[str, Any]], dict[str, Any]]

REGISTRY: dict[str, Kind] = {}
FUNCTIONS: dict[str, Function] = {}
_loaded: set[str] = set()


def _load(module: str) -> None:
    """Import a module of calls, once, and note its types and functions."""
    if module not in _loaded:
        found = importlib.import_module(module)
        REGISTRY.update({kind.token: kind for kind in getattr(found, "KINDS", ())})
        FUNCTIONS.update(getattr(found, "FUNCTIONS", {}))
        _loaded.add(module)


def kind(token: str) -> Kind | None:
    """The calls of a type, None when the provider lacks it."""
    if token not in REGISTRY:
        part = token.split(":")[1].split("/", maxsplit=1)[0] if token.count(":") == 2 else ""
        if part in MODULES:
            _load(MODULES[part])
    return REGISTRY.get(token)


def function(token: str) -> Function | None:
    """The call behind an invoke, None when the provider lacks it."""
    _load(FUNCTIONS_MODULE)
    return FUNCTIONS.get(token)


def load() -> dict[str, Kind]:
    """Every type there is, by token."""
    for module in MODULES.values():
        _load(module)
    return REGISTRY
