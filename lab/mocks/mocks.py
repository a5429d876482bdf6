"""Runs a step as a preview would, against nothing: what it declares, and with which arguments.

It runs in a thread and a context of its own: the mocks replace settings that a real deployment
from the same kernel needs.
"""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi.runtime.mocks import MockCallArgs, MockResourceArgs, Mocks, set_mocks

from lab import loops

LIMIT = 20.0  # seconds that a step may take; a loop without end must not hold the notebook
ACCOUNT, REGION, API_ID = "123456789012", "us-east-1", "a1b2c3d4e5"


@dataclass(frozen=True)
class Made:
    """One resource that was declared: its type's last word, its name, its arguments as given."""

    kind: str  # "Role", "Method", "Permission"
    name: str
    inputs: dict[str, Any]  # camelCase, as the provider gets them
    token: str = ""  # the whole type: "aws:iam/role:Role"


class StepFailed(Exception):
    """The step raised; `error` is what."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(f"{type(error).__name__}: {error}")
        self.error = error


class _Cloud(Mocks):
    """Answers each declaration with its arguments and with outputs in AWS's shapes."""

    def __init__(self) -> None:
        self.made: list[Made] = []

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        kind = args.typ.rsplit(":", 1)[-1]
        if kind == "StackReference":  # a stack without a last time
            return args.name, {**args.inputs, "outputs": {}}
        self.made.append(Made(kind, args.name, dict(args.inputs), args.typ))
        return f"{args.name}-id", {**args.inputs, **_outputs(kind, args.name)}

    def call(self, args: MockCallArgs) -> dict[Any, Any]:  # type: ignore[override]
        network = {"id": "vpc-1", "ids": ["subnet-1", "subnet-2"]}
        return {"region": REGION, "partition": "aws", **network, **args.args}


def _outputs(kind: str, name: str) -> dict[str, Any]:
    """The outputs that steps refer to; a made-up account's."""
    function = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}-1234567"
    path = f"arn:aws:apigateway:{REGION}:lambda:path"
    invoke = f"{path}/2015-03-31/functions/{function}/invocations"
    streaming = f"{path}/2021-11-15/functions/{function}/response-streaming-invocations"
    known: dict[str, dict[str, Any]] = {
        "Role": {"arn": f"arn:aws:iam::{ACCOUNT}:role/{name}-1234567", "name": f"{name}-1234567"},
        "Function": {
            "arn": function,
            "invokeArn": invoke,
            "responseStreamingInvokeArn": streaming,
            "name": f"{name}-1234567",
            "loggingConfig": {"logFormat": "Text", "logGroup": "logs"},
            "version": "1",
        },
        "ApiKey": {"value": f"made-up-value-of-{name}"},
        "RestApi": {
            "arn": f"arn:aws:apigateway:{REGION}::/restapis/{API_ID}",
            "executionArn": f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{API_ID}",
            "rootResourceId": "rootid",
        },
        "Resource": {"path": "/model"},
        "LaunchTemplate": {"latestVersion": 1},
        "Bucket": {"bucket": name.lower()},
        "Stage": {"invokeUrl": f"https://{API_ID}.execute-api.{REGION}.amazonaws.com/v1"},
    }
    other = {"arn": f"arn:aws:made-up:{REGION}:{ACCOUNT}:{name}", "name": name}
    if kind in ("LoadBalancer", "TargetGroup"):
        other |= {"dnsName": f"{name}.elb.amazonaws.com", "arnSuffix": f"{name}/1234567"}
    return known.get(kind, other)


@contextmanager
def event_loop() -> Iterator[None]:
    """A loop for one run under mocks, and the end of what the run leaves in it."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        yield
    finally:
        asyncio.set_event_loop(None)
        loops.end(loop)


def run(step: Callable[[], Any]) -> list[Made]:
    """What the step declares, in order, with every output known.

    Raises:
        StepFailed: the step raised, or did not end within 20 seconds.
    """
    cloud, failures = _Cloud(), []

    def work() -> None:
        try:
            with event_loop():
                set_mocks(cloud, project="exercise", stack="check", preview=False)
                pulumi.runtime.test(step)()
        except BaseException as error:  # noqa: BLE001 - raised again by `run`
            failures.append(error)

    thread = threading.Thread(
        target=contextvars.Context().run, args=(work,), daemon=True, name="exercise"
    )
    thread.start()
    thread.join(LIMIT)
    if thread.is_alive():
        raise StepFailed(TimeoutError(f"the step did not end within {LIMIT:.0f} s"))
    if failures:
        raise StepFailed(failures[0])
    return cloud.made
