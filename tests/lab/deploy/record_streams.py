"""Records what the real engine says, for the tests of the reducer: python -m tests.lab.deploy.record_streams

Run it when the engine's version changes, and read the difference. The provider is the stand-in,
so the streams hold no account, no secret and no cloud.
"""

from __future__ import annotations

import json
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws
from pulumi.automation.errors import CommandError

from lab.session import target
from lab.session.stack import Stack
from sandbox import cloud, engine
from sandbox.command import Interrupted, InterruptibleCommand
from tests.lab.session import fake_provider

STREAMS = Path(__file__).parents[2] / "data" / "streams"
UP = ["up", "--yes", "--skip-preview"]
DESTROY = ["destroy", "--yes", "--skip-preview"]


def program(version: int) -> Callable[[], None]:
    """Three resources, four outputs, one of them secret; version 2 changes, 3 drops one."""

    def run() -> None:
        role = aws.iam.Role("role", assume_role_policy=json.dumps({"Version": str(version)}))
        api = aws.apigateway.RestApi("api", name=f"api-{version}", description="the same")
        path = aws.apigateway.Resource(
            "path", rest_api=api.id, parent_id=api.root_resource_id, path_part="model"
        )
        if version < 3:
            aws.cloudwatch.LogGroup("logs", opts=pulumi.ResourceOptions(parent=role))
        pulumi.export("role_arn", role.arn)
        pulumi.export("path", path.path)
        pulumi.export("version", version)
        pulumi.export("key", pulumi.Output.secret("never shown"))

    return run


def raises() -> None:
    """A program that makes something and then fails."""
    program(3)()
    raise ValueError("the learner's mistake")


class Recorder:
    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.streams: dict[str, list[dict[str, Any]]] = {}

    def record(self, name: str, args: list[str], run: Callable[[], None]) -> None:
        events: list[dict[str, Any]] = []
        began = time.monotonic()

        def take(event: dict[str, Any]) -> None:
            events.append({**event, "t": round(time.monotonic() - began, 3)})

        try:
            self.stack.run(args, program=run, on_event=take)
        except (CommandError, Interrupted) as error:
            print(name, type(error).__name__)
        self.streams[name] = events


def few(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The stream with only the first three of its many debug lines."""
    kept, debug = [], 0
    for event in events:
        debug += (event.get("diagnosticEvent") or {}).get("severity") == "debug"
        if (event.get("diagnosticEvent") or {}).get("severity") != "debug" or debug <= 3:
            kept.append(event)
    return kept


def record(home: Path) -> dict[str, list[dict[str, Any]]]:
    fake = fake_provider.Fake()
    server = fake_provider.serve(fake)
    cli = engine.ensure()
    env = {**target.private_pulumi(home), **cloud.NO_PLUGINS}
    env["PULUMI_DEBUG_PROVIDERS"] = f"aws:{fake.port}"
    command = InterruptibleCommand.at(cli.path, engine.VERSION)
    stack = Stack("course", home, command, env, {"aws:region": "us-east-1"})
    stack.prepare()
    recorder = Recorder(stack)
    take = recorder.record
    take("plan_new", ["preview"], program(1))
    take("new", UP, program(1))
    take("same", UP, program(1))
    take("plan_change", ["preview"], program(2))
    take("change", UP, program(2))
    take("delete", UP, program(3))
    fake.gone = {"role"}
    take("refresh", [*UP, "--refresh"], program(3))
    fake.gone = set()
    fake.fail = {"logs": "creating CloudWatch Logs Log Group (logs): AccessDenied: no"}
    take("failed", UP, program(2))
    fake.fail, fake.refuse = {}, {"api": "must not be so"}
    take("refused", UP, program(2))
    fake.refuse = {}
    take("raised", UP, raises)
    fake.slow = {"logs": 30}
    threading.Thread(target=lambda: fake.started.wait() and command.interrupt()).start()
    take("interrupted", UP, program(1))
    take("destroy", DESTROY, lambda: None)
    server.stop(0)
    return recorder.streams


def main() -> None:
    STREAMS.mkdir(parents=True, exist_ok=True)
    here, python = str(Path(__file__).parents[3]), sys.base_prefix
    with tempfile.TemporaryDirectory() as home:
        for name, events in record(Path(home)).items():
            text = json.dumps(few(events), indent=1)
            # Nothing of this machine: the paths in tracebacks become those of a learner.
            text = text.replace(here, "/home/learner/kit").replace(python, "/usr")
            (STREAMS / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
