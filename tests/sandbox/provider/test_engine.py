"""The core under Pulumi's real engine, over a cloud of files."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest
from pulumi import automation as auto

from lab.checks.mocks import end
from sandbox import engine
from tests.sandbox.provider import fake_cloud

CLI = engine.find()
pytestmark = [
    pytest.mark.skipif(CLI is None, reason="the Pulumi CLI is not here: run `make test`"),
    # pulumi_aws.lambda_ warns of a class of its own when it is imported.
    pytest.mark.filterwarnings("ignore:aws.lambda/microvmsimage:DeprecationWarning"),
]

CHECKOUT = Path(__file__).parents[3]
Program = Callable[[], None]


class Bench:
    """A stack on the file backend, a provider process, and a cloud of files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
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
        assert CLI is not None
        env = {
            "PULUMI_DEBUG_PROVIDERS": f"aws:{self.port}",
            "PULUMI_BACKEND_URL": f"file://{self.folder / 'backend'}",
            "PULUMI_HOME": str(self.folder / "pulumi"),
            "PULUMI_CONFIG_PASSPHRASE": "x",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            # Else it looks for the official plugin on the network, three seconds each time.
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        }
        options = auto.LocalWorkspaceOptions(
            work_dir=str(self.folder / "work"),
            env_vars=env,
            pulumi_command=auto.PulumiCommand(root=str(CLI.root)),
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


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    found = Bench(tmp_path)
    made: list[asyncio.AbstractEventLoop] = []
    with pytest.MonkeyPatch.context() as patch:
        new = asyncio.new_event_loop
        patch.setattr(asyncio, "new_event_loop", lambda: made.append(new()) or made[-1])
        yield found
    found.stop()
    # Pulumi's Automation API closes a program's loop in a thread of its own, or leaves it with all
    # outputs when a program failed. They end here, not whenever the garbage collector runs, with a
    # warning in another test.
    until = time.monotonic() + 1
    while any(not loop.is_closed() for loop in made) and time.monotonic() < until:
        time.sleep(0.02)
    for loop in made:
        if not loop.is_closed() and not loop.is_running():
            end(loop)


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


def test_a_life_of_a_resource(bench: Bench) -> None:
    stack = bench.stack(groups(a={"retention_in_days": 7}))
    assert stack.preview().change_summary == {"create": 2}
    assert bench.calls("create") == []

    result = up(stack)
    name = result.outputs["a_name"].value
    assert re.fullmatch(r"a-[0-9a-f]{7}", name)
    assert result.outputs["a_arn"].value == f"arn of {name}"
    assert summary(up(stack)) == {"same": 2}

    stack.workspace.program = groups(a={"retention_in_days": 30})
    assert summary(up(stack)) == {"same": 1, "update": 1}
    assert bench.calls("update") == [name]

    stack.workspace.program = groups(
        a={"retention_in_days": 30, "log_group_class": "INFREQUENT_ACCESS"}
    )
    result = up(stack)
    assert summary(result) == {"same": 1, "replace": 1}
    assert bench.calls("delete") == [name] and result.outputs["a_name"].value != name

    destroy(stack)
    assert bench.things() == []
    assert list((bench.folder / "kit" / "journal").glob("*.json")) == []


def test_a_chosen_name_is_deleted_before_it_is_made_again(bench: Bench) -> None:
    stack = bench.stack(groups(a={"name": "mine"}))
    up(stack)
    stack.workspace.program = groups(a={"name": "mine", "log_group_class": "INFREQUENT_ACCESS"})
    up(stack)
    assert (bench.calls("create"), bench.calls("delete")) == (["mine", "mine"], ["mine"])


def test_what_a_failed_replacement_left_out_is_made_again_and_stays(bench: Bench) -> None:
    stack = bench.stack(groups(a={"name": "mine"}))
    up(stack)
    other = {"name": "mine", "log_group_class": "INFREQUENT_ACCESS", "kms_key_id": "fail"}
    stack.workspace.program = groups(a=other)
    with pytest.raises(auto.CommandError):
        up(stack)
    assert bench.things() == []
    stack.workspace.program = groups(a={"name": "mine"})
    up(stack)
    assert bench.calls("delete") == ["mine"] and len(bench.things()) == 1
    assert summary(up(stack)) == {"same": 2}


def test_a_refresh_sees_drift_and_the_next_up_puts_it_right(bench: Bench) -> None:
    stack = bench.stack(groups(a={"name": "mine", "retention_in_days": 7, "tags": {"x": "1"}}))
    up(stack)
    (file,) = bench.things()
    file.write_text(
        json.dumps(
            {**json.loads(file.read_text()), "retentionInDays": 1, "tags": {"x": "1", "y": "2"}}
        )
    )
    assert summary(refresh(stack)) == {"same": 1, "update": 1}
    assert summary(up(stack)) == {"same": 1, "update": 1}
    now = json.loads(file.read_text())
    assert (now["retentionInDays"], now["tags"]) == (7, {"x": "1"})
    assert summary(refresh(stack)) == {"same": 2}


def test_what_somebody_deleted_comes_back_after_a_refresh(bench: Bench) -> None:
    stack = bench.stack(groups(a={"name": "mine"}))
    up(stack)
    bench.things()[0].unlink()
    refresh(stack)
    assert summary(up(stack)) == {"same": 1, "create": 1}


def test_an_import_takes_over_and_changes_nothing(bench: Bench) -> None:
    up(bench.stack(groups(a={"name": "mine", "retention_in_days": 7})))

    def program() -> None:
        options = pulumi.ResourceOptions(import_="mine")
        aws.cloudwatch.LogGroup("again", name="mine", retention_in_days=7, opts=options)

    other = bench.stack(program, name="other")
    assert summary(up(other))["import"] == 1
    assert summary(up(other)) == {"same": 2}
    assert bench.calls("update") == []


def test_an_import_of_what_is_not_there_says_so(bench: Bench) -> None:
    def program() -> None:
        aws.cloudwatch.LogGroup("again", name="mine", opts=pulumi.ResourceOptions(import_="mine"))

    with pytest.raises(auto.CommandError, match="resource 'mine' does not exist"):
        up(bench.stack(program))


def test_get_reads_what_others_made(bench: Bench) -> None:
    up(bench.stack(groups(a={"name": "mine", "retention_in_days": 7})))

    def program() -> None:
        found = aws.cloudwatch.LogGroup.get("found", "mine")
        pulumi.export("days", found.retention_in_days)
        pulumi.export("region", aws.get_region().region)

    outputs = up(bench.stack(program, name="other")).outputs
    assert outputs["days"].value == 7 and outputs["region"].value == "eu-central-1"


def test_a_failed_create_leaves_nothing_and_the_rest_goes_on(bench: Bench) -> None:
    stack = bench.stack(groups(bad={"name": "bad", "kms_key_id": "fail"}, good={"name": "good"}))
    with pytest.raises(
        auto.CommandError, match=r"\(bad\): ResourceAlreadyExistsException: it exists"
    ):
        up(stack)
    assert [json.loads(f.read_text())["name"] for f in bench.things()] == ["good"]
    stack.workspace.program = groups(bad={"name": "bad"}, good={"name": "good"})
    assert summary(up(stack)) == {"same": 2, "create": 1}


def test_a_create_that_stopped_half_way_is_kept_and_updated_next_time(bench: Bench) -> None:
    stack = bench.stack(groups(a={"name": "mine", "kms_key_id": "half"}))
    with pytest.raises(auto.CommandError, match="tagging the log group: ThrottlingException"):
        up(stack)
    stack.workspace.program = groups(a={"name": "mine"})
    assert summary(up(stack)) == {"same": 1, "update": 1}
    assert bench.calls("create") == ["mine"]


def test_creates_run_side_by_side(bench: Bench) -> None:
    stack = bench.stack(groups(**{f"g{n}": {"kms_key_id": "slow:1"} for n in range(8)}))
    up(stack)
    begun = bench.times("create")
    assert len(begun) == 8 and max(begun) - min(begun) < 0.9


def test_refusals_come_before_any_call(bench: Bench) -> None:
    stack = bench.stack(groups(a={"retention_in_days": 15}))
    words = r"resource 'a' has a problem: expected retention_in_days to be one of .*, got 15. Examine values at 'a.retentionInDays'"
    with pytest.raises(auto.CommandError, match=words):
        up(stack)
    assert bench.calls("create") == []


def test_an_unknown_type_names_itself_and_the_other_target(bench: Bench) -> None:
    with pytest.raises(
        auto.CommandError, match=r"aws:sqs/queue:Queue is not among .*the target aws"
    ):
        up(bench.stack(lambda: aws.sqs.Queue("q") and None))


def test_an_unknown_function_names_itself(bench: Bench) -> None:
    with pytest.raises(
        auto.CommandError, match="aws:index/getPartition:getPartition is not among the functions"
    ):
        up(bench.stack(lambda: aws.get_partition() and None))


def test_secrets_stay_secret_in_outputs_and_state(bench: Bench) -> None:
    code = bench.folder / "code"
    code.mkdir()
    (code / "handler.py").write_text("x = 1\n")

    def program() -> None:
        function = aws.lambda_.Function(
            "f", role="arn:aws:iam::000000000000:role/r", runtime="python3.12", handler="handler.h",
            code=pulumi.FileArchive(str(code)),
            environment={"variables": {"KEY": pulumi.Output.secret("hush"), "OPEN": "yes"}},
        )  # fmt: skip
        pulumi.export("variables", function.environment.apply(lambda e: e.variables))
        pulumi.export("arn", function.arn)

    stack = bench.stack(program)
    result = up(stack)
    assert result.outputs["variables"].secret and not result.outputs["arn"].secret
    assert result.outputs["variables"].value == {"KEY": "hush", "OPEN": "yes"}
    state = next((bench.folder / "backend").rglob("stacks/**/dev.json"))
    assert "hush" not in state.read_text() and '"OPEN":"yes"' in state.read_text()

    assert summary(up(stack)) == {"same": 2}
    (code / "handler.py").write_text("x = 2\n")
    assert summary(up(stack)) == {"same": 1, "update": 1}
    assert "hush" not in state.read_text()


def test_code_of_assets_is_uploaded_again_only_when_an_asset_says_something_else(
    bench: Bench,
) -> None:
    code = bench.folder / "code"
    code.mkdir()
    (code / "handler.py").write_text("x = 1\n")
    said = ["y = 1\n"]

    def program() -> None:
        assets: dict[str, pulumi.Asset | pulumi.Archive] = {
            "handler.py": pulumi.FileAsset(str(code / "handler.py")),
            "words.py": pulumi.StringAsset(said[0]),
        }
        aws.lambda_.Function(
            "f", name="f", role="arn:aws:iam::000000000000:role/r", runtime="python3.12",
            handler="handler.h", code=pulumi.AssetArchive(assets),
        )  # fmt: skip

    stack = bench.stack(program)
    up(stack)
    assert json.loads(bench.things()[0].read_text())["codeFiles"] == ["handler.py", "words.py"]
    (code / "handler.py").write_text("x = 1\n")  # written again, and the same
    assert summary(up(stack)) == {"same": 2}
    (code / "handler.py").write_text("x = 2\n")
    assert summary(up(stack)) == {"same": 1, "update": 1}
    said[0] = "y = 2\n"
    assert summary(up(stack)) == {"same": 1, "update": 1}


def test_a_relative_path_to_code_begins_at_the_program(bench: Bench) -> None:
    code = bench.folder / "work" / "code"
    code.mkdir()
    (code / "handler.py").write_text("x = 1\n")

    def program() -> None:
        aws.lambda_.Function(
            "f", name="f", role="arn:aws:iam::000000000000:role/r", runtime="python3.12",
            handler="handler.h", code=pulumi.FileArchive("./code"),
        )  # fmt: skip

    up(bench.stack(program))
    assert json.loads(bench.things()[0].read_text())["codeFiles"] == ["handler.py"]


def test_default_tags_reach_the_cloud_and_a_new_one_updates(bench: Bench) -> None:
    def program(**defaults: str) -> Program:
        def run() -> None:
            provider = aws.Provider("p", region="eu-west-1", default_tags={"tags": defaults})
            group = aws.cloudwatch.LogGroup(
                "a", name="mine", tags={"own": "1"}, opts=pulumi.ResourceOptions(provider=provider)
            )
            pulumi.export("tags", group.tags)
            pulumi.export("all", group.tags_all)
            pulumi.export("region", group.region)

        return run

    stack = bench.stack(program(team="a"))
    outputs = up(stack).outputs
    assert outputs["tags"].value == {"own": "1"}
    assert outputs["all"].value == {"own": "1", "team": "a"}
    assert outputs["region"].value == "eu-west-1"
    stack.workspace.program = program(team="b")
    assert summary(up(stack))["update"] == 2  # the provider's own settings, and the group
    assert json.loads(bench.things()[0].read_text())["tags"] == {"own": "1", "team": "b"}


def test_the_stacks_pattern_for_names_is_followed(bench: Bench) -> None:
    pattern = {"pulumi:autonaming": {"pattern": "${stack}-${name}"}}
    stack = bench.stack(groups(a={}), **pattern)
    assert up(stack).outputs["a_name"].value == "dev-a"


def test_two_stacks_at_once_do_not_disturb_each_other(bench: Bench) -> None:
    slow = bench.stack(groups(a={"name": "slow", "kms_key_id": "slow:4"}), name="slow")
    quick = bench.stack(groups(a={"name": "quick"}), name="quick")
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.append(up(slow)))
    thread.start()
    wait_for(lambda: bench.calls("create") == ["slow"])
    up(quick)  # its end sends Cancel, which is not for the other
    thread.join(60)
    assert summary(results[0]) == {"create": 2}


# Interrupts and crashes


def wait_for(true: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


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
    assert time.monotonic() - begin < 1


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
