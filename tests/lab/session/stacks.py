"""A stack for a test: the real engine, a stand-in for the provider, a kit's folder of its own."""

from __future__ import annotations

import os
import time
import warnings
from pathlib import Path

import jupyter_client
import pytest

from lab.session import recovery, session, target
from sandbox import cloud, variables
from tests.lab.session import fake_provider

CHECKOUT = Path(__file__).parents[3]
NAMES = {1: 1, 2: 6, 3: 8, 4: 10, 5: 11, 6: 13}  # resources of all steps up to a chapter


def fake_target(port: int, generation: str = "first"):
    """A target whose provider is the stand-in on this port."""

    def reach(home: Path, say) -> target.Target:
        env = {
            **target.private_pulumi(home),
            **cloud.NO_PLUGINS,
            "PULUMI_DEBUG_PROVIDERS": f"aws:{port}",
            "AWS_REGION": "us-east-1",
        }
        here = "http://127.0.0.1:1"
        return target.Target("sandbox", "us-east-1", env, variables.SANDBOX, here, generation)

    return reach


def load_sdk() -> None:
    """Import the SDK's modules, one of which warns of itself when it is loaded."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        session.load_sdk()


@pytest.fixture
def fake():
    """The stand-in, serving."""
    provider = fake_provider.Fake()
    server = fake_provider.serve(provider)
    yield provider
    server.stop(0)


@pytest.fixture
def opened(fake, tmp_path, monkeypatch):
    """A session at chapter 1 on an empty stack, in this process."""
    load_sdk()
    monkeypatch.setenv("KIT_HOME", str(tmp_path / "kit"))
    monkeypatch.delenv("KIT_STACK", raising=False)
    monkeypatch.delenv("KIT_TARGET", raising=False)
    monkeypatch.setitem(target.TARGETS, "sandbox", fake_target(fake.port))
    monkeypatch.setattr(session, "own_names", dict)
    before = dict(os.environ)
    monkeypatch.setattr(target, "_before", {})
    yield session.open_session(1)
    session._session = None
    os.environ.clear()
    os.environ.update(before)


def deployed(stack) -> list[str]:
    return sorted(recovery.names(stack.checkpoint()))


class Kernel:
    """A notebook's kernel; with a port, the stand-in for the provider is in it."""

    def __init__(self, home: Path, fake_port: int = 0) -> None:
        env = {
            **os.environ,
            "KIT_HOME": str(home),
            "PYTHONPATH": str(CHECKOUT),
        }
        self.manager, self.client = jupyter_client.manager.start_new_kernel(
            kernel_name="python3", env=env, extra_arguments=["--IPKernelApp.log_level=CRITICAL"]
        )
        self.pid = self.manager.provisioner.process.pid
        if not fake_port:
            return
        self.run(
            "from tests.lab.session import stacks\nfrom lab.session import target\n"
            f"target.TARGETS['sandbox'] = stacks.fake_target({fake_port})"
        )

    def send(self, code: str) -> str:
        """Start a cell; `reply` waits for it."""
        return self.client.execute(code, allow_stdin=False)

    def reply(self, request: str, timeout: float = 60.0) -> dict:
        """How a cell ended, with all text that it showed as `shown`."""
        shown: dict[str, str] = {}
        while True:
            message = self.client.get_iopub_msg(timeout=timeout)
            if message["parent_header"].get("msg_id") != request:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "status" and content["execution_state"] == "idle":
                break
            if kind == "error":
                shown["error"] = "\n".join(content["traceback"])
            if kind in ("display_data", "update_display_data", "execute_result"):
                key = content.get("transient", {}).get("display_id", kind)
                shown[key] = content["data"].get("text/plain", "")
            if kind == "stream":
                shown[content["name"]] = shown.get(content["name"], "") + content["text"]
        while True:
            message = self.client.get_shell_msg(timeout=timeout)
            if message["parent_header"].get("msg_id") == request:
                return {**message["content"], "shown": "\n".join(shown.values()), "parts": shown}

    def run(self, code: str, timeout: float = 60.0) -> dict:
        """Run a cell to its end; an error in it is an error here."""
        reply = self.reply(self.send(code), timeout)
        assert reply["status"] == "ok", reply["shown"]
        return reply

    def close(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


@pytest.fixture
def kernels(fake, tmp_path):
    """Starts kernels that share one kit's folder; all are shut down at the end."""
    started: list[Kernel] = []

    def start() -> Kernel:
        started.append(Kernel(tmp_path / "kit", fake.port))
        return started[-1]

    yield start
    for kernel in started:
        kernel.close()


def wait_for(condition, seconds: float = 20.0) -> None:
    """Wait until something is so; says when it never is."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.02)
