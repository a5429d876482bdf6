"""A stack as its files say, in values that are handed on: its state, and who has locked it.

Nothing here opens a file: lab.session.stack reads each of them once.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lab.deploy import values
from lab.deploy.rows import spoken


@dataclass(frozen=True)
class State:
    """What a stack holds, exports and has left open, as the engine last saved it.

    Attributes:
        checkpoint: as the engine writes it; {} when the stack is new.
    """

    checkpoint: Mapping[str, Any] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """The Pulumi names of the resources, the providers and the stack itself left out."""
        return [
            _name(resource)
            for resource in self._resources()
            if not str(resource.get("type", "")).startswith("pulumi:")
        ]

    @property
    def outputs(self) -> dict[str, Any]:
        """The stack's outputs; secrets are still marked, not readable."""
        for resource in self._resources():
            if resource.get("type") == "pulumi:pulumi:Stack":
                return resource.get("outputs") or {}
        return {}

    @property
    def unfinished(self) -> list[str]:
        """The operations that an engine began and did not end: "creating aws.iam.Role name"."""
        found = []
        for operation in self.checkpoint.get("pending_operations") or ():
            resource = operation.get("resource") or {}
            kind = spoken(str(resource.get("type")))
            found.append(f"{operation.get('type')} {kind} {_name(resource)}")
        return found

    @property
    def ids(self) -> dict[str, list[str]]:
        """The ids of the resources, by URN: while one is replaced, it has two."""
        found: dict[str, list[str]] = {}
        for resource in self._resources():
            found.setdefault(str(resource.get("urn")), []).append(str(resource.get("id", "")))
        return found

    @property
    def known(self) -> set[str]:
        """The ARNs of the resources, where they have one, and their ids."""
        found = set()
        for each in self._resources():
            found |= {str(each.get("id") or "").removesuffix(":*"), arn_of(each)}
        return found - {""}

    def urns(self, types: Collection[str]) -> set[str]:
        """The URNs of the resources of these types."""
        return {str(each["urn"]) for each in self._resources() if each.get("type") in types}

    def _resources(self) -> Iterator[Mapping[str, Any]]:
        yield from self.checkpoint.get("resources") or ()


def secret(value: Any) -> bool:
    """Whether a value of the state is a secret."""
    return isinstance(value, Mapping) and value.get(values.MARK) == values.SECRET


def _name(resource: Mapping[str, Any]) -> str:
    return str(resource.get("urn", "")).rsplit("::", 1)[-1]


@dataclass(frozen=True)
class Lock:
    """Who locked a stack, as the engine's file backend writes it down."""

    pid: int = 0
    host: str = ""
    user: str = ""
    since: str = ""
    path: Path | None = field(default=None, compare=False)  # of its file

    def __str__(self) -> str:
        return f"process {self.pid} of {self.user} on {self.host}, since {self.since}"


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


def arn_of(resource: Any) -> str:
    """The ARN of a resource in a state, as the tagging API has it; "" where it has none."""
    return str((resource.get("outputs") or {}).get("arn") or "").removesuffix(":*")
