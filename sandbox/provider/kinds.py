"""The seam between the provider's core and the calls of each type.

The core (server, check, diff) knows types from tables; a `Kind` is what it does not know: how one
type is created, read, updated and deleted through AWS's API. Adding a type is adding a `Kind` to
the `KINDS` of its service's module.
"""

from __future__ import annotations

import importlib
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

Inputs = dict[str, Any]
"""Arguments by their wire names (camelCase), secrets unwrapped, no unknowns."""
Outputs = dict[str, Any]
"""What a resource looks like now, by the same names: its arguments and what AWS computed."""

SERVICES = ("iam", "lambda_", "apigateway", "logs")


class CallError(Exception):
    """A refusal of the provider itself; its text is shown to the user as it is."""


class AwsError(CallError):
    """A refusal of the API: what was being done, and AWS's answer in the official wording."""

    def __init__(self, doing: str, error: ClientError) -> None:
        super().__init__(f"{doing}: {describe(error)}")
        self.error = error


def describe(error: ClientError) -> str:
    """Word an answer of the API as the official provider's client does."""
    answer = error.response.get("ResponseMetadata", {})
    detail = error.response.get("Error", {})
    service = SERVICE_NAMES.get(getattr(error, "service", ""), getattr(error, "service", ""))
    return (
        f"operation error {service}: {error.operation_name}, "
        f"https response error StatusCode: {answer.get('HTTPStatusCode', 0)}, "
        f"RequestID: {answer.get('RequestId', '')}, "
        f"{detail.get('Code', 'Unknown')}: {detail.get('Message', '')}"
    )


SERVICE_NAMES = {
    "apigateway": "API Gateway",
    "iam": "IAM",
    "lambda": "Lambda",
    "logs": "CloudWatch Logs",
    "sts": "STS",
}


@contextmanager
def doing(what: str, service: str) -> Iterator[None]:
    """Put `what` before any refusal of `service` (boto3's name) in the block."""
    from botocore.exceptions import ClientError

    try:
        yield
    except ClientError as error:
        error.service = service  # type: ignore[attr-defined]
        raise AwsError(what, error) from error


@dataclass(frozen=True)
class Created:
    """A new resource: the id that Pulumi keeps, and everything it knows about it."""

    id: str
    outputs: Outputs


@dataclass
class Context:
    """What calls need to know; made once a Configure, used from many threads."""

    region: str = "us-east-1"
    account: str = "000000000000"
    endpoint: str = field(default_factory=lambda: os.environ.get("AWS_ENDPOINT_URL", ""))
    default_tags: dict[str, str] = field(default_factory=dict)
    _clients: dict[str, Any] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def client(self, service: str) -> Any:
        """The boto3 client of a service, made at its first use."""
        with self._lock:
            if service not in self._clients:
                import boto3

                self._clients[service] = boto3.session.Session().client(
                    service, region_name=self.region, endpoint_url=self.endpoint or None
                )
            return self._clients[service]

    def archive(self, value: Any) -> bytes:
        """The zip file of an archive as it came over the wire."""
        from sandbox.provider import archives

        return archives.zip_bytes(value)


def _no_import(resource_id: str) -> tuple[str, Outputs]:
    return resource_id, {}


@dataclass(frozen=True)
class Kind:
    """The calls of one type.

    Attributes:
        token: its Pulumi type, such as `aws:iam/role:Role`.
        create: make it. A create of several calls takes back what it made when a later one fails.
        read: everything known about the resource with this id, None when it is gone. The last
            known state (empty after an import) supplies what the API does not keep.
        update: bring it from the old outputs to the new inputs; None for a type that only replaces.
        delete: remove it; fine when it is gone already.
        computed: outputs unknown until created, when they are others than the facts say.
        imported: turns the id that a user imports into the resource's id and the first state that
            `read` needs.
    """

    token: str
    create: Callable[[Context, Inputs], Created]
    read: Callable[[Context, str, Outputs], Outputs | None]
    delete: Callable[[Context, str, Outputs], None]
    update: Callable[[Context, str, Outputs, Inputs], Outputs] | None = None
    computed: tuple[str, ...] = ()
    imported: Callable[[str], tuple[str, Outputs]] = _no_import


REGISTRY: dict[str, Kind] = {}


def load() -> dict[str, Kind]:
    """Every type there is, by token; imports the services' modules at the first call."""
    if not REGISTRY:
        for service in SERVICES:
            module = importlib.import_module(f"sandbox.provider.{service}")
            REGISTRY.update({kind.token: kind for kind in module.KINDS})
    return REGISTRY
