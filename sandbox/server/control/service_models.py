"""What AWS's services take and answer, from the models that botocore ships; read when first needed.

botocore's reader of them is not used: it keeps all prose, 16 MB instead of 4 for these services, and
finds no call for a path. Nor is the emulator's, which reads each of them three times and keeps it twice,
with all of botocore beside.
"""

from __future__ import annotations

import gzip
import importlib.util
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from sandbox.server.base import emulator

Shape = dict[str, Any]

VERSIONS = {
    "apigateway": "2015-07-09",
    "lambda": "2015-03-31",
    "iam": "2010-05-08",
    "logs": "2014-03-28",
    "cloudwatch": "2010-08-01",
}
PROSE = ("documentation", "documentationUrl", "errors", "examples", "deprecatedMessage")


@dataclass(frozen=True)
class Operation:
    """One call of a service."""

    name: str
    method: str
    path: re.Pattern[str]
    labels: tuple[str, ...]  # what the path's groups are
    input: str
    output: str
    wrapper: str


@dataclass(frozen=True)
class Model:
    """A service: its calls, and the shapes of what they take."""

    operations: dict[str, Operation]
    shapes: dict[str, Shape]

    def route(self, method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
        """The call of a REST service that a request is, and what its path names."""
        for operation in self.operations.values():
            if operation.method == method and (found := operation.path.fullmatch(path)):
                named = zip(operation.labels, found.groups(), strict=True)
                return operation, {label: unquote(text) for label, text in named}
        return None

    def members(self, shape: str) -> Iterator[tuple[str, Shape, bool]]:
        """The members of a structure: name, reference with its traits, whether it is required."""
        structure = self.shapes.get(shape, {})
        required = structure.get("required", ())
        for name, member in structure.get("members", {}).items():
            yield name, member, name in required


@cache
def model(service: str) -> Model:
    """A service's model.

    Raises:
        KeyError: no such service here.
    """
    data = _described(service)
    operations = {
        name: Operation(
            name,
            each["http"]["method"],
            _pattern(each["http"]["requestUri"]),
            tuple(re.findall(r"\{(\w+)\+?\}", each["http"]["requestUri"])),
            each.get("input", {}).get("shape", ""),
            each.get("output", {}).get("shape", ""),
            each.get("output", {}).get("resultWrapper", ""),
        )
        for name, each in data["operations"].items()
    }
    return Model(operations, data["shapes"])


@cache
def _described(service: str) -> dict[str, Any]:
    """A service's whole model but its prose; of the services that are asked about again and again.

    Raises:
        KeyError: no such service here.
    """
    return _read(service, VERSIONS[service])


def described(service: str) -> dict[str, Any]:
    """A service's whole model but its prose, by botocore's name; empty where botocore has none."""
    if service in VERSIONS:
        return _described(service)
    versions = sorted(path.name for path in (_data() / service).glob("*/"))
    return _read(service, versions[-1]) if versions else {}


@dataclass(frozen=True)
class Named:
    """What a service says of itself.

    Attributes:
        metadata: how it is spoken to, such as `protocol`.
    """

    metadata: dict[str, str]


@cache
def named(service: str) -> Named | None:
    """What a service says of itself, by the emulator's name or botocore's; None where there is none."""
    folder = _data() / emulator.responses._BOTOCORE_NAME.get(service, service)
    versions = sorted(path.name for path in folder.glob("*/"))
    if not versions:
        return None
    text = _text(folder.name, versions[-1])
    # It stands before all calls and shapes, which are thousands of lines that nobody asks for.
    begins = text.index("{", text.index('"metadata"'))
    return Named(json.JSONDecoder().raw_decode(text, begins)[0])


def install() -> None:
    """Let the emulator read service models as this does."""
    emulator.iam_actions._load_botocore_model = described
    emulator.responses._service_model = named


def _read(service: str, version: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_text(service, version), object_hook=_lean)
    return found


def _data() -> Path:
    spec = importlib.util.find_spec("botocore")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("botocore is not installed. Fix: pip install boto3")
    return Path(spec.origin).parent / "data"


def _text(service: str, version: str) -> str:
    file = _data() / service / version / "service-2.json"
    packed = file.with_suffix(".json.gz")
    found = gzip.decompress(packed.read_bytes()) if packed.exists() else file.read_bytes()
    return found.decode("utf-8")


def _lean(value: dict[str, Any]) -> dict[str, Any]:
    # A member may be called `errors` or `documentation`; those are no texts or lists.
    return {k: v for k, v in value.items() if k not in PROSE or isinstance(v, dict)}


def _pattern(uri: str) -> re.Pattern[str]:
    path = uri.partition("?")[0]
    # The last greedy name takes slashes, the others do not.
    text = re.sub(r"\\\{(\w+)(\\\+)?\\\}", lambda m: "(.+)" if m[2] else "([^/]+)", re.escape(path))
    return re.compile(text + "/?")
