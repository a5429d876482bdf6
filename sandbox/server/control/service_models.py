"""What AWS's services take and answer, from the models that botocore ships; read when first needed.

botocore's reader of them is not used: it keeps all prose, 16 MB instead of 5 for these services, and
finds no call for a path.
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
    data = json.loads(_text(service, VERSIONS[service]), object_hook=_lean)
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


def _text(service: str, version: str) -> bytes:
    spec = importlib.util.find_spec("botocore")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("botocore is not installed. Fix: pip install boto3")
    file = Path(spec.origin).parent / "data" / service / version / "service-2.json"
    packed = file.with_suffix(".json.gz")
    return gzip.decompress(packed.read_bytes()) if packed.exists() else file.read_bytes()


def _lean(value: dict[str, Any]) -> dict[str, Any]:
    # A member may be called `errors` or `documentation`; those are no texts or lists.
    return {k: v for k, v in value.items() if k not in PROSE or isinstance(v, dict)}


def _pattern(uri: str) -> re.Pattern[str]:
    path = uri.partition("?")[0]
    # The last greedy name takes slashes, the others do not.
    text = re.sub(r"\\\{(\w+)(\\\+)?\\\}", lambda m: "(.+)" if m[2] else "([^/]+)", re.escape(path))
    return re.compile(text + "/?")
