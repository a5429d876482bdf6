"""AWS's SDK for Go, with the face of a boto3 client: gomodule/main.go, built and spoken to.

The official provider is written with that SDK. It is strict where boto3 forgives: a number that
came as text, or a name that it has no type for, is an error.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError
from botocore.model import ListShape, MapShape, Shape, StructureShape

from sandbox.engine.cli import EXE

MODULE = Path(__file__).parent / "gomodule"


class Unreadable(Exception):
    """The SDK could not send a call, or could not read its answer."""


def compiled(go: str, folder: Path) -> Path:
    """The program, built into a folder: about 40 s when Go's cache is empty, on 2 cores.

    Raises:
        RuntimeError: Go's own words, when it cannot be built.
    """
    target = folder / f"goclient{EXE}"
    settings = {
        "GOTOOLCHAIN": "local",
        "GOFLAGS": "-mod=readonly -buildvcs=false",
        "GOWORK": "off",
        "CGO_ENABLED": "0",
    }
    done = subprocess.run(
        [go, "build", "-ldflags", "-s -w", "-o", str(target), "."],
        cwd=MODULE, env={**os.environ, **settings}, capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{' '.join(done.args)} in {MODULE} failed:\n{done.stderr}")
    return target


class Program:
    """The running program, which does one call after the other."""

    def __init__(self, path: Path, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [path], env={**os.environ, **environment}, text=True, encoding="utf-8",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def ask(self, service: str, operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """What a call answered: `output` in Go's names, or `error` with its Go type."""
        assert self._process.stdin and self._process.stdout
        asked = {"service": service, "operation": operation, "input": arguments}
        self._process.stdin.write(json.dumps(asked, default=_sent) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline() or "{}")
        if not answer:
            raise Unreadable(f"the Go program ended over {service} {operation} {arguments}")
        return answer

    def close(self) -> None:
        """End it: it does so by itself when nobody can ask any more."""
        self._process.communicate(timeout=10)


class Client:
    """A service in Go that is called as boto3's client is, by the same names.

    Attributes:
        meta: boto3's, with the service's model.
        refusals: each error that AWS answered, as (operation, code, Go type).
    """

    def __init__(self, program: Program, boto_client: Any) -> None:
        self.meta = boto_client.meta
        self.refusals: list[tuple[str, str, str]] = []
        self._program, self._boto = program, boto_client

    def __getattr__(self, call: str) -> Callable[..., dict[str, Any]]:
        operation = self.meta.method_to_api_mapping[call]

        def do(**arguments: Any) -> dict[str, Any]:
            service = self.meta.service_model.service_name
            answer = self._program.ask(service, operation, arguments)
            if "error" in answer:
                raise self._refused(operation, answer["error"])
            model = self.meta.service_model.operation_model(operation)
            read = answer.get("output") or {}
            return _as_boto(model.output_shape, read) if model.output_shape else {}

        return do

    def _refused(self, operation: str, error: dict[str, str]) -> Exception:
        if not error["code"]:
            return Unreadable(f"{operation}: {error['message']}")
        self.refusals.append((operation, error["code"], error["type"]))
        told = {"Code": error["code"], "Message": error["message"]}
        return ClientError({"Error": told}, operation)


def _sent(value: Any) -> str:
    """What JSON has no type for, as Go reads it."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    assert isinstance(value, datetime), value
    return value.isoformat()


def _as_boto(shape: Shape, value: Any) -> Any:
    """Go's answer in boto3's names; what is not set is left out, as boto3 does."""
    if isinstance(shape, StructureShape):
        found = {}
        for name, member in shape.members.items():
            each = value.get(name[0].upper() + name[1:])
            unset = "" if getattr(member, "enum", None) else None
            if each is not None and each != unset:
                found[name] = _as_boto(member, each)
        return found
    if isinstance(shape, ListShape):
        return [_as_boto(shape.member, each) for each in value]
    if isinstance(shape, MapShape):
        return {name: _as_boto(shape.value, each) for name, each in value.items()}
    if shape.type_name == "timestamp":
        return datetime.fromisoformat(value.replace("Z", "+00:00"))
    return base64.b64decode(value) if shape.type_name == "blob" else value
