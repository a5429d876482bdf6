"""A provider with the real core over a cloud of files: `python -m tests.sandbox.provider.fake_cloud`.

FAKE_CLOUD names the folder: one file a thing, `calls.jsonl` for what was called. A log group's
`kms_key_id` asks for what shall happen: `slow:SECONDS`, `fail`, `half`, `lost`.
"""

from __future__ import annotations

import io
import json
import os
import sys
import threading
import time
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sandbox.provider import lean
from sandbox.provider.core import facts, registry
from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import CallError
from sandbox.provider.core.kinds import Created, Incomplete, Kind

FOLDER = Path(os.environ.get("FAKE_CLOUD", "."))
TOKENS = ("aws:cloudwatch/logGroup:LogGroup", "aws:lambda/function:Function", "aws:iam/role:Role")
_lock = threading.Lock()


def _file(token: str, id: str) -> Path:
    return FOLDER / f"{quote(token + ' ' + id, safe='')}.json"


def _note(call: str, token: str, id: str) -> None:
    with _lock, (FOLDER / "calls.jsonl").open("a") as calls:
        line = {"call": call, "type": token.rsplit(":", 1)[1], "id": id, "at": time.monotonic()}
        calls.write(json.dumps(line) + "\n")


def _names(packed: bytes) -> list[str]:
    return zipfile.ZipFile(io.BytesIO(packed)).namelist()


def fake(token: str) -> Kind:
    """A type whose things are files: its arguments, and a text for each computed output."""
    fact = facts.of(token)
    assert fact is not None

    def full(id: str, values: dict[str, Any]) -> dict[str, Any]:
        made = {
            name: f"{name} of {id}"
            for name in fact.outputs
            if name not in ("tagsAll", "sourceCodeSize")
        }
        return {**made, **{k: v for k, v in values.items() if k != "code"}}

    def create(ctx: Context, inputs: dict[str, Any]) -> Created:
        id = inputs["name"]
        _note("create", token, id)
        wish = str(inputs.get("kmsKeyId", ""))
        if wish == "fail" or _file(token, id).exists():
            raise CallError(f"creating {token} ({id}): ResourceAlreadyExistsException: it exists")
        files = {"codeFiles": _names(ctx.archive(inputs["code"]))} if "code" in inputs else {}
        _file(token, id).write_text(json.dumps({**full(id, inputs), **files}))
        if wish.startswith("slow:"):
            end = time.monotonic() + float(wish[5:])
            while time.monotonic() < end:
                time.sleep(0.01)  # a call that nothing can interrupt
        if wish == "half":
            raise Incomplete(
                Created(id, full(id, inputs)), "tagging the log group: ThrottlingException"
            )
        if wish == "lost":
            os._exit(9)
        _note("created", token, id)
        return Created(id, full(id, inputs))

    def read(ctx: Context, id: str, last: dict[str, Any]) -> dict[str, Any] | None:
        _note("read", token, id)
        file = _file(token, id)
        return json.loads(file.read_text()) if file.exists() else None

    def update(ctx: Context, id: str, old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
        _note("update", token, id)
        _file(token, id).write_text(json.dumps(full(id, new)))
        return full(id, new)

    def delete(ctx: Context, id: str, last: dict[str, Any]) -> None:
        _note("delete", token, id)
        _file(token, id).unlink(missing_ok=True)

    def find(ctx: Context, inputs: dict[str, Any]) -> Created | None:
        _note("find", token, inputs.get("name", ""))
        found = read(ctx, inputs["name"], {}) if "name" in inputs else None
        return Created(inputs["name"], found) if found else None

    return Kind(token, create, read, delete, update, find=find)


def where(ctx: Context, arguments: dict[str, Any]) -> dict[str, Any]:
    """What aws.get_region answers."""
    return {
        "id": ctx.region,
        "region": ctx.region,
        "name": ctx.region,
        "description": "d",
        "endpoint": "e",
    }


def main() -> int:
    """Serve, with the fakes in the place of the calls."""
    registry.SERVICES.clear()
    registry.REGISTRY.update({token: fake(token) for token in TOKENS})
    registry.FUNCTIONS["aws:index/getRegion:getRegion"] = where
    lean.install()
    from sandbox.provider.__main__ import main as serve
    from sandbox.provider.core import engine_calls

    engine_calls.Contexts.account = lambda *_: "000000000000"  # type: ignore[method-assign]
    return serve()


if __name__ == "__main__":
    sys.exit(main())
