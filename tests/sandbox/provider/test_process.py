"""The provider's process: interrupts, crashes, and how it begins and ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pulumi import automation as auto

from sandbox.provider import abandoned, leftovers
from tests.sandbox.provider import fake_cloud
from tests.sandbox.provider.bench import (
    CHECKOUT,
    Bench,
    destroy,
    groups,
    summary,
    up,
    wait_for,
)

# pulumi_aws.lambda_ warns of a class of its own when it is imported.
pytestmark = pytest.mark.filterwarnings("ignore:aws.lambda/microvmsimage:DeprecationWarning")


def cli_pids(bench: Bench) -> list[int]:
    """The CLI processes of this bench's stacks."""
    import psutil

    found = []
    for process in psutil.process_iter(["name", "environ"]):
        env = process.info["environ"] or {}
        if process.info["name"] == "pulumi" and env.get("PULUMI_HOME") == str(
            bench.folder / "pulumi"
        ):
            found.append(process.pid)
    return found


def interrupted(bench: Bench, stack: auto.Stack, end: Callable[[], None]) -> float:
    """Run `up`, do something once the slow create has begun; returns seconds until up ended."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            up(stack)
        except auto.CommandError as error:
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    wait_for(lambda: bool(bench.calls("create")))
    begin = time.monotonic()
    end()
    thread.join(60)
    assert failures, "up did not fail"
    return time.monotonic() - begin


def test_an_interrupt_ends_a_slow_create_and_leaves_no_ghost(bench: Bench) -> None:
    stack = bench.stack(groups(a={"kms_key_id": "slow:3"}))
    seconds = interrupted(bench, stack, lambda: os.kill(cli_pids(bench)[0], signal.SIGINT))
    assert seconds < 2.5
    wait_for(lambda: bench.things() == [])
    assert stack.export_stack().deployment.get("pending_operations") in (None, [])
    stack.workspace.program = groups(a={})
    assert summary(up(stack)) == {"same": 1, "create": 1}
    assert len(bench.things()) == 1


def test_a_killed_provider_leaves_a_create_that_the_next_one_adopts(bench: Bench) -> None:
    stack = bench.stack(groups(a={"kms_key_id": "lost"}))
    with pytest.raises(auto.CommandError):
        up(stack)
    assert len(bench.things()) == 1
    (name,) = bench.calls("create")
    bench.stop()
    bench.start()
    stack.workspace.program = groups(a={})
    result = up(stack)
    assert result.outputs["a_name"].value == name
    assert len(bench.things()) == 1 and bench.calls("create") == [name]


def ids(stack: auto.Stack) -> dict[str, list[str]]:
    """The ids of the resources in a state, by URN."""
    resources = stack.export_stack().deployment.get("resources") or ()
    return {each["urn"]: [each.get("id", "")] for each in resources}


def test_what_a_killed_provider_left_goes_when_its_stack_is_destroyed(bench: Bench) -> None:
    stack = bench.stack(groups(a={"kms_key_id": "lost"}, b={}))
    other = bench.stack(groups(a={}), "other")
    up(other)
    with pytest.raises(auto.CommandError):
        up(stack)
    bench.stop()
    bench.start()
    destroy(stack)
    assert len(bench.things()) == 2, "the engine does not know of it"
    environment = {"PULUMI_DEBUG_PROVIDERS": f"aws:{bench.port}"}
    found = leftovers.take_back(environment, "bench", "dev", ids(stack))
    assert [urn.rsplit("::", 1)[-1] for urn in found.deleted] == ["a"] and not found.left
    assert len(bench.things()) == 1
    assert leftovers.take_back(environment, "bench", "dev", {}).deleted == ()
    assert leftovers.take_back({}, "bench", "other", {}).deleted == ()
    assert summary(up(other)) == {"same": 2}


def test_what_it_left_goes_too_when_its_stack_is_destroyed_in_a_terminal(bench: Bench) -> None:
    """Where nothing else was made, the engine does not even call the provider."""
    (bench.folder / "kit").mkdir(exist_ok=True)
    (bench.folder / "kit" / "backend").symlink_to(bench.folder / "backend")
    stack = bench.stack(groups(a={"kms_key_id": "lost"}))
    with pytest.raises(auto.CommandError):
        up(stack)
    bench.stop()
    bench.start()
    time.sleep(abandoned.LOOK * 2)
    assert len(bench.things()) == 1, "the next up may want it"
    destroy(stack)
    wait_for(lambda: bench.things() == [])
    stack.workspace.program = groups(a={})
    assert summary(up(stack)) == {"create": 2}


def test_a_killed_engine_leaves_nothing_twice(bench: Bench) -> None:
    stack = bench.stack(groups(a={"kms_key_id": "slow:1"}))
    interrupted(bench, stack, lambda: os.kill(cli_pids(bench)[0], signal.SIGKILL))
    stack.cancel()
    stack.import_stack(stack.export_stack())  # drops the operation that the engine left pending
    stack.workspace.program = groups(a={})
    up(stack)
    assert len(bench.things()) == 1


# The process


def test_the_provider_also_works_as_a_plugin(bench: Bench) -> None:
    plugin = bench.folder / "plugin"
    plugin.mkdir()
    script = plugin / "pulumi-resource-aws"
    script.write_text(
        f'#!/bin/sh\ncd {CHECKOUT} && exec {sys.executable} -m tests.sandbox.provider.fake_cloud "$@"\n'
    )
    script.chmod(0o755)
    settings = (
        f"name: bench\nruntime: python\nplugins:\n  providers:\n  - name: aws\n    path: {plugin}\n"
    )
    (bench.folder / "work" / "Pulumi.yaml").write_text(settings)
    stack = bench.stack(groups(a={"name": "mine"}))
    stack.workspace.env_vars.update(
        PULUMI_DEBUG_PROVIDERS="", FAKE_CLOUD=str(bench.cloud), KIT_HOME=str(bench.folder / "kit")
    )
    begin = time.monotonic()
    assert summary(up(stack)) == {"create": 2}
    assert summary(up(stack)) == {"same": 2}
    assert time.monotonic() - begin < 30
    destroy(stack)
    assert bench.things() == []


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_the_process_ends_at_once_when_asked(bench: Bench, name: str) -> None:
    assert bench.process is not None
    begin = time.monotonic()
    bench.process.send_signal(getattr(signal, name))
    assert bench.process.wait(5) == 0
    assert time.monotonic() - begin < 4


def test_the_process_ends_when_its_standard_input_does(bench: Bench) -> None:
    assert bench.process is not None and bench.process.stdin is not None
    bench.process.stdin.close()
    assert bench.process.wait(5) == 0


def test_the_process_ends_with_the_one_that_started_it(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys, time\n"
        "p = subprocess.Popen([sys.executable, '-m', 'tests.sandbox.provider.fake_cloud'],"
        " stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)\n"
        "p.stdout.readline(); print(p.pid, flush=True); time.sleep(60)\n"
    )
    env = {**os.environ, "FAKE_CLOUD": str(tmp_path), "KIT_HOME": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=CHECKOUT, env=env, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()
        parent.wait(5)

    import psutil

    wait_for(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == "zombie", 5)


def test_a_port_that_is_taken_is_told(bench: Bench) -> None:
    command = [sys.executable, "-m", "sandbox.provider", "--port", str(bench.port)]
    done = subprocess.run(
        command, cwd=CHECKOUT, capture_output=True, text=True, timeout=20, check=False
    )
    assert done.returncode == 1
    assert f"port {bench.port} is taken" in done.stderr


def test_every_fake_has_facts() -> None:
    assert all(fake_cloud.fake(token).find for token in fake_cloud.TOKENS)
