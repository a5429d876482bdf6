"""A real emulator for the tests of calls."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.provider import kinds
from tests.provider.lifecycle import Lives

KEYS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}
START_SECONDS = 20


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_until_healthy(endpoint: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"{endpoint}/_ministack/health", timeout=1).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    pytest.fail(f"the emulator did not start:\n{log.read_text()[-2000:]}")


@pytest.fixture(scope="session")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An emulator of this test run, with private state, on a free loopback port."""
    home = tmp_path_factory.mktemp("emulator")
    port, log = free_port(), home / "log"
    settings = {
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "AUTH": "true",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "STATE_DIR": str(home / "state"),
        "S3_DATA_DIR": str(home / "s3"),
        "TMPDIR": str(home),
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "ministack"],
            env={**os.environ, **KEYS, **settings},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_healthy(url, process, log)
        yield url
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture(scope="session")
def shared_clients() -> kinds.Clients:
    return kinds.Clients()


@pytest.fixture
def ctx(
    endpoint: str, shared_clients: kinds.Clients, monkeypatch: pytest.MonkeyPatch
) -> kinds.Context:
    """What calls need to know, against the emulator."""
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    return kinds.Context(endpoint=endpoint, clients=shared_clients)


@pytest.fixture
def life(ctx: kinds.Context) -> Iterator[Lives]:
    lives = Lives(ctx)
    yield lives
    for each in reversed(lives.made):
        each.delete()
