"""Layers outlive the sandbox, each zip in a file of its own: the state does not have it as text."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox import cloud
from tests.sandbox.server.conftest import Account

CODE = "import brought\ndef handler(event, context):\n    return brought.WORD\n"
SIZE = 300_000  # bytes of a layer that cannot be made smaller


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("KIT_PROVIDER", "0")
    yield tmp_path
    cloud.stop(tmp_path)


def layer(account: Any, word: str) -> str:
    """A layer of one module and much that is random; its ARN."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as opened:
        opened.writestr("python/brought.py", f"WORD = {word!r}\n")
        opened.writestr("python/large", os.urandom(SIZE))
    made = account.functions.publish_layer_version(
        LayerName=word, Content={"ZipFile": data.getvalue()}
    )
    return str(made["LayerVersionArn"])


def test_a_layer_is_kept_in_its_file_and_gone_with_it(home: Path) -> None:
    account = Account(cloud.start(home))
    kept, lost = layer(account, "kept"), layer(account, "lost")
    function = account.function(CODE, Layers=[kept], Timeout=10)
    state, files = home / "cloud" / "state" / "lambda.json", home / "cloud" / "state"
    zips = {file.name: file for file in files.glob("layer-files/*.zip")}
    assert len(zips) == 2 and all(file.stat().st_size > SIZE for file in zips.values())
    assert state.stat().st_size < SIZE
    cloud.stop(home)
    named = next(
        version["kit_layer_file"]
        for version in versions(json.loads(state.read_text("utf-8")))
        if version["LayerVersionArn"] == lost
    )
    zips[f"{named}.zip"].write_bytes(b"cut off")
    account = Account(cloud.start(home))
    assert json.load(account.functions.invoke(FunctionName=function)["Payload"]) == "kept"
    found = account.functions.list_layer_versions
    assert found(LayerName="lost")["LayerVersions"] == []
    account.functions.delete_layer_version(LayerName="kept", VersionNumber=1)
    assert json.load(account.functions.invoke(FunctionName=function)["Payload"]) == "kept"


def versions(value: Any) -> Iterator[dict[str, Any]]:
    """The versions of layers, wherever they are in a state."""
    if isinstance(value, dict):
        if "LayerVersionArn" in value:
            yield value
        for each in value.values():
            yield from versions(each)
    elif isinstance(value, list):
        for each in value:
            yield from versions(each)
