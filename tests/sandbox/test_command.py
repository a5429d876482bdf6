"""The interruptible command, on a stand-in for the CLI that does what a test tells it."""

import os
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from pulumi.automation.errors import CommandError, StackNotFoundError

from sandbox.command import Interrupted, InterruptibleCommand

CHECKOUT = Path(__file__).parents[2]
CLI = """#!{python}
import json, os, signal, sys, time
args = [a for a in sys.argv[1:] if a != "--non-interactive"]
if args == ["args"]:
    print(json.dumps([sys.argv[1:], os.environ["PATH"].split(os.pathsep)[0], os.getcwd()]))
elif args == ["pulumi"]:
    print(sorted(name for name in os.environ if name.startswith("PULUMI_")))
elif args == ["session"]:
    print(os.getsid(0) == os.getpid(), oct(os.umask(0)))
elif args[0] == "fail":
    print("out"); print("error: no stack named 'x' found", file=sys.stderr); sys.exit(255)
elif args[0] == "slow":
    heard = []
    stop = lambda *a: heard.append(1)
    signal.signal(signal.SIGINT, stop)
    print("ready", flush=True)
    end = time.monotonic() + 20
    need = int(args[1])
    while len(heard) < need and time.monotonic() < end:
        time.sleep(0.01)
    print("heard", len(heard), flush=True)
    if len(args) > 2:
        open(args[2], "w").write("finished")
"""


@pytest.fixture
def command(tmp_path):
    path = tmp_path / "bin" / "pulumi"
    path.parent.mkdir()
    path.write_text(CLI.format(python=sys.executable))
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return InterruptibleCommand.at(path, "3.250.0")


def test_a_command_gets_its_arguments_its_folder_and_its_own_bin_first(command, tmp_path):
    result = command.run(["args"], str(tmp_path), {})
    assert result.code == 0
    assert "--non-interactive" in result.stdout
    assert str(tmp_path / "bin") in result.stdout


def test_a_command_has_a_session_of_its_own_and_writes_for_its_owner_alone(command, tmp_path):
    before = os.umask(0o022)
    try:
        assert command.run(["session"], str(tmp_path), {}).stdout == "True 0o77"
    finally:
        os.umask(before)


@pytest.mark.parametrize(
    "name",
    [
        "PULUMI_CONFIG_PASSPHRASE",
        "PULUMI_CONFIG_PASSPHRASE_FILE",
        "PULUMI_SELF_MANAGED_STATE_LEGACY_LAYOUT",
        "PULUMI_SELF_MANAGED_STATE_GZIP",
        "PULUMI_DIY_BACKEND_GZIP",
        "PULUMI_STACK",
        "PULUMI_HOME",
        "PULUMI_ACCESS_TOKEN",
    ],
)
def test_where_the_state_is_named_no_other_setting_of_pulumi_counts(
    command, tmp_path, monkeypatch, name
):
    monkeypatch.setenv(name, "theirs")
    said = command.run(["pulumi"], str(tmp_path), {"PULUMI_BACKEND_URL": "s3://kit"}).stdout
    assert said == "['PULUMI_AUTOMATION_API', 'PULUMI_BACKEND_URL']"
    assert name in command.run(["pulumi"], str(tmp_path), {}).stdout  # as the SDK's own command


def test_a_failure_is_the_sdks_own_error(command, tmp_path):
    with pytest.raises(StackNotFoundError, match="no stack named"):
        command.run(["fail"], str(tmp_path), {})
    assert issubclass(StackNotFoundError, CommandError)


def test_output_comes_line_by_line_while_the_command_runs(command, tmp_path):
    lines: list[str] = []

    def take(line: str) -> None:
        lines.append(line)
        if line == "ready":
            command.interrupt()

    with pytest.raises(Interrupted) as raised:
        command.run(["slow", "1"], str(tmp_path), {}, on_output=take)
    assert lines == ["ready", "heard 1"]
    assert raised.value.result.stdout == "ready\nheard 1"


def test_two_interrupts_are_two_signals_and_the_third_kills(command, tmp_path):
    def interrupt(times: int) -> None:
        for _ in range(times):
            time.sleep(0.3)
            command.interrupt()

    thread = threading.Thread(target=interrupt, args=(2,))
    thread.start()
    with pytest.raises(Interrupted) as raised:
        command.run(["slow", "2"], str(tmp_path), {})
    assert "heard 2" in raised.value.result.stdout
    thread.join()
    thread = threading.Thread(target=interrupt, args=(3,))
    thread.start()
    with pytest.raises(Interrupted) as raised:
        command.run(["slow", "9"], str(tmp_path), {})
    assert raised.value.result.code == -signal.SIGKILL
    thread.join()


def test_an_interrupt_of_the_process_reaches_the_command_once(command, tmp_path):
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        command.run(["slow", "1"], str(tmp_path), {})


def test_a_command_finishes_when_its_starter_is_killed(command, tmp_path):
    done = tmp_path / "done"
    code = (
        "from sandbox.command import InterruptibleCommand\nfrom pathlib import Path\n"
        f"c = InterruptibleCommand.at(Path({command.command!r}), '3.250.0')\n"
        f"c.run(['slow', '1', {str(done)!r}], {str(tmp_path)!r}, {{}}, on_output=print)"
    )
    starter = subprocess.Popen(
        [sys.executable, "-u", "-c", code],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    assert starter.stdout.readline() == b"ready\n"
    listed = subprocess.run(
        ["pgrep", "-f", f"{command.command} --non-interactive slow"],
        capture_output=True,
        text=True,
        check=True,
    )
    [pid] = listed.stdout.split()
    starter.kill()
    starter.wait()
    starter.stdout.close()
    os.kill(int(pid), signal.SIGINT)
    end = time.monotonic() + 10
    while not done.exists() and time.monotonic() < end:
        time.sleep(0.02)
    assert done.read_text() == "finished"
    assert not list(tmp_path.glob("pulumi-output-*"))
