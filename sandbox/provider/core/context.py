"""What the calls of a type are given: clients, region, account, and a way to be interrupted."""

from __future__ import annotations

import gzip
import json
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.provider.core import archives
from sandbox.provider.core.exceptions import Cancelled, TimedOut, duration

USER_AGENT = "pulumi-resource-aws"
ANSWER = 60.0  # seconds that AWS may take to answer a call
FORMS: dict[str, Callable[..., Any]] = {".json": open, ".json.gz": gzip.open}  # of botocore's files
# Made twice, these are as if made once: they read, or delete, and what is gone is gone.
REPEATABLE = ("BatchGet", "Delete", "Describe", "Filter", "Get", "Head", "List", "Lookup", "Query")


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
        from botocore.config import Config

        if self._session is None:
            self._session = _session()
        # One `up` makes up to 64 calls at once; boto3's own pool of ten would queue them.
        config = Config(
            max_pool_connections=64,
            read_timeout=float(
                os.environ.get("KIT_READ_TIMEOUT") or ANSWER
            ),  # tests have less time
            retries={"mode": "standard", "max_attempts": 5},
            # botocore would tell much about this machine, and put it together for each call again:
            # a third of what a call costs.
            user_agent=USER_AGENT,
        )
        client = self._session.client(
            service, region_name=region, endpoint_url=endpoint or None, config=config
        )
        service_id = client.meta.service_model.service_id.hyphenize()
        client.meta.events.register_first(f"needs-retry.{service_id}", _never_twice)
        return client


class LeanFiles:
    """Reads botocore's files for it; each text that documents something is empty: half of their memory."""

    def exists(self, file_path: str) -> bool:
        """Whether there is a file that is named without its ending."""
        return any(os.path.isfile(file_path + ending) for ending in FORMS)

    def load_file(self, file_path: str) -> Any:
        """What is in a file that is named without its ending; None where there is none."""
        for ending, opened in FORMS.items():
            if os.path.isfile(file_path + ending):
                with opened(file_path + ending, "rb") as file:
                    return json.loads(file.read(), object_hook=_lean)
        return None


def _lean(found: dict[str, Any]) -> dict[str, Any]:
    if isinstance(found.get("documentation"), str):  # a member of that name is a dictionary
        found["documentation"] = ""
    return found


def _session() -> Any:
    """What makes clients, and needs no documentation of them."""
    import boto3
    from botocore.session import get_session

    core = get_session()
    core.get_component("data_loader").file_loader = LeanFiles()
    return boto3.session.Session(botocore_session=core)


def _never_twice(operation: Any, **told: Any) -> bool | None:
    """Keep botocore from repeating a call that may have been carried out.

    Its standard mode repeats each call whose answer was lost, be it a create: the second one is
    refused ("already exists"), or makes a twin. What a lost answer was about is looked up instead
    (creations.py). Repeated is what may be made any number of times; else what was refused for
    being one too many, or never left this machine.

    Returns:
        False: it is not made again. None: standard mode decides.
    """
    from botocore.exceptions import (
        ConnectTimeoutError,
        EndpointConnectionError,
        ProxyConnectionError,
    )
    from botocore.retries import standard

    if operation.name.startswith(REPEATABLE):
        return None
    unsent = (ConnectTimeoutError, EndpointConnectionError, ProxyConnectionError)
    if isinstance(told["caught_exception"], unsent):
        return None
    http, _ = told["response"] or (None, None)
    if http is not None and http.status_code < 500:
        return None
    seen = standard.RetryEventAdapter().create_retry_context(operation=operation, **told)
    return None if standard.ThrottledRetryableChecker().is_retryable(seen) else False


@dataclass
class Context:
    """What calls need to know. `Context()` alone serves tests; the core makes one for each call."""

    region: str = "us-east-1"
    account: str = "000000000000"
    endpoint: str = field(default_factory=lambda: os.environ.get("AWS_ENDPOINT_URL", ""))
    default_tags: dict[str, str] = field(default_factory=dict)
    clients: Clients = field(default_factory=Clients)
    cancelled: threading.Event = field(default_factory=threading.Event)
    note: Callable[[str, dict[str, Any]], None] = lambda id, outputs: None
    timeout: float = 0.0  # seconds that the program gives the call; 0 when it does not say
    begun: float = 0.0  # when the create began that `find` looks for, in seconds of the epoch
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
        return archives.zip_bytes(value)

    def content(self, value: Any) -> bytes:
        """The bytes of an asset (a file or a text) as it came over the wire."""
        return archives.content(value)

    def wait(self, seconds: float) -> None:
        """Sleep between two looks at something slow.

        Raises:
            Cancelled: the deployment was interrupted.
            TimedOut: the call has had the time that the program gives it.
        """
        if self.timeout:
            left = self.started + self.timeout - time.monotonic()
            if left <= 0:
                raise TimedOut(f"timeout while waiting (timeout: {duration(self.timeout)})")
            seconds = min(seconds, left)
        if self.cancelled.wait(seconds):
            raise Cancelled

    def since_begun(self, created: datetime) -> bool:
        """Whether something may be of the create that `find` looks for: AWS tells whole seconds."""
        return bool(self.begun) and created.timestamp() >= int(self.begun)

    def made(self, resource_id: str, outputs: dict[str, Any] | None = None) -> None:
        """Note, in a create of several calls, what exists now: the next create adopts it."""
        self.note(resource_id, outputs or {})
