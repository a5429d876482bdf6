"""A bench for the core: Pulumi's real engine, a provider process, a cloud of files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest
from pulumi import automation as auto

from sandbox.home import backend_url

CHECKOUT = Path(__file__).parents[3]
Program = Callable[[], None]


class Bench:
    """A stack on the file backend, a provider process, and a cloud of files."""

    def __init__(self, folder: Path, cli: auto.PulumiCommand) -> None:
        self.folder, self.cli = folder, cli
        self.cloud = folder / "cloud"
        for part in ("cloud", "work", "backend"):
            (folder / part).mkdir()
        (folder / "work" / "Pulumi.yaml").write_text("name: bench\nruntime: python\n")
        self.process: subprocess.Popen[str] | None = None
        self.port = 0
        self.start()

    def start(self) -> None:
        """Start the provider; on the same port again if there was one."""
        env = {**os.environ, "FAKE_CLOUD": str(self.cloud), "KIT_HOME": str(self.folder / "kit")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.sandbox.provider.fake_cloud", "--port", str(self.port)],
            cwd=CHECKOUT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())

    def stop(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait(5)
        for stream in (self.process.stdin, self.process.stdout):
            assert stream is not None
            stream.close()

    def stack(self, program: Program, name: str = "dev", **config: Any) -> auto.Stack:
        env = {
            "PULUMI_DEBUG_PROVIDERS": f"aws:{self.port}",
            "PULUMI_BACKEND_URL": backend_url(self.folder),
            "PULUMI_HOME": str(self.folder / "pulumi"),
            "PULUMI_CONFIG_PASSPHRASE": "x",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            # Else it looks for the official plugin on the network, three seconds each time.
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        }
        options = auto.LocalWorkspaceOptions(
            work_dir=str(self.folder / "work"),
            env_vars=env,
            pulumi_command=self.cli,
        )
        # Written here rather than with `pulumi config`: each run of the CLI costs half a second.
        lines = {"aws:region": "eu-central-1", **config}
        text = json.dumps({"config": lines})
        (self.folder / "work" / f"Pulumi.{name}.yaml").write_text(text)
        return auto.create_or_select_stack(
            name, program=program, project_name="bench", opts=options
        )

    def calls(self, call: str) -> list[str]:
        """The ids that a call was made for, in order."""
        file = self.cloud / "calls.jsonl"
        lines = (
            [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
        )
        return [line["id"] for line in lines if line["call"] == call]

    def times(self, call: str) -> list[float]:
        lines = [json.loads(line) for line in (self.cloud / "calls.jsonl").read_text().splitlines()]
        return [line["at"] for line in lines if line["call"] == call]

    def things(self) -> list[Path]:
        return sorted(self.cloud.glob("*.json"))


def groups(**how: dict[str, Any]) -> Program:
    """A program of log groups, with the arguments of each."""

    def program() -> None:
        for name, arguments in how.items():
            group = aws.cloudwatch.LogGroup(name, **arguments)
            pulumi.export(f"{name}_name", group.name)
            pulumi.export(f"{name}_arn", group.arn)

    return program


@dataclass
class Done:
    """What an update did and left; outputs as the SDK gives them."""

    changes: dict[str, int]
    outputs: Any


def up(stack: auto.Stack) -> Done:
    return _done(stack, stack.up)


def refresh(stack: auto.Stack) -> Done:
    return _done(stack, stack.refresh)


def destroy(stack: auto.Stack) -> Done:
    return _done(stack, stack.destroy)


def _done(stack: auto.Stack, operation: Callable[..., Any]) -> Done:
    """Run it without the one to three further runs of the CLI that the SDK makes after it."""
    changes: dict[str, int] = {}

    def note(event: Any) -> None:
        if event.summary_event is not None:
            changes.update(event.summary_event.resource_changes)

    real = stack.outputs, stack.info
    stack.outputs, stack.info = dict, lambda *_: True  # type: ignore[method-assign, assignment]
    try:
        operation(on_event=note)
    finally:
        stack.outputs, stack.info = real  # type: ignore[method-assign]
    return Done({str(kind): n for kind, n in changes.items() if n}, Later(stack.outputs))


class Later(dict[str, auto.OutputValue]):
    """Outputs that are asked for when somebody looks."""

    def __init__(self, ask: Callable[[], dict[str, auto.OutputValue]]) -> None:
        super().__init__()
        self.ask = ask

    def __missing__(self, name: str) -> auto.OutputValue:
        self.update(self.ask())
        return self[name] if name in self else pytest.fail(f"no output {name}")


def summary(result: Done) -> dict[str, int]:
    return result.changes


def wait_for(true: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)
