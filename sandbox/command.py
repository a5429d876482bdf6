"""The Pulumi CLI as the Automation API calls it, made safe to interrupt.

The SDK's own command loses the CLI when a notebook is interrupted: its pipes close, the CLI dies
of it, and the stack stays locked. This one runs the CLI in a session of its own, so that a Ctrl-C
reaches the CLI once and on purpose, and lets it write to files, so that it can finish what it
began even when the kernel is gone.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from pulumi.automation import CommandResult, PulumiCommand
from pulumi.automation.errors import create_command_error
from semver import VersionInfo

from sandbox.engine.cli import without_pulumi
from sandbox.home import UMASK

OnOutput = Callable[[str], object]
Ended = Callable[[], int | None]

POLL = 0.02  # seconds between two looks at the process: what an `up` may end later
KILL_AT = 3  # the interrupt that stops asking: the CLI knows one (cancel) and two (end now)


class Interrupted(KeyboardInterrupt):
    """The CLI was asked to stop and has stopped; `result` is what it wrote until then."""

    def __init__(self, result: CommandResult) -> None:
        super().__init__(f"pulumi stopped after an interrupt, exit code {result.code}")
        self.result = result


class InterruptibleCommand(PulumiCommand):
    """A PulumiCommand whose CLI ends cleanly when the kernel is interrupted, or dies."""

    _interrupts = 0
    running = False  # whether a CLI of this command runs

    @classmethod
    def at(cls, path: Path, version: str) -> InterruptibleCommand:
        """The command for a CLI that was checked already; saves the 0.15 s of `pulumi version`."""
        command = cls.__new__(cls)
        command.command = str(path)
        command.version = VersionInfo.parse(version)
        return command

    def interrupt(self) -> None:
        """Ask the running CLI to stop, from any thread: cancel, then end now, then kill."""
        self._interrupts += 1

    def run(
        self,
        args: list[str],
        cwd: str,
        additional_env: Mapping[str, str],
        on_output: OnOutput | None = None,
        on_error: OnOutput | None = None,
    ) -> CommandResult:
        """Run the CLI and return what it wrote.

        Raises:
            Interrupted: somebody interrupted the kernel or called `interrupt`; the CLI has ended.
            CommandError: the CLI failed.
        """
        command = [self.command, *_non_interactive(args)]
        env = _environment(self.command, additional_env)
        with _Output(on_output) as out, _Output(on_error) as err:
            self._interrupts = 0
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out.file, stderr=err.file,
                cwd=cwd, env=env, **_own_group(),
            )  # fmt: skip
            self.running = True
            try:
                with _end_of(process) as ended:
                    code = self._wait(process, ended, out, err)
            finally:
                self.running = False
            result = CommandResult(stdout=out.text(), stderr=err.text(), code=code)
        if self._interrupts:
            raise Interrupted(result)
        if code != 0:
            raise create_command_error(result)
        return result

    def _wait(
        self, process: subprocess.Popen[bytes], ended: Ended, out: _Output, err: _Output
    ) -> int:
        """Wait for the CLI to end, whatever interrupts come: each is passed on once."""
        passed = 0
        while True:
            try:
                while passed < self._interrupts:
                    passed += 1
                    _signal(process, passed)
                code = ended()
                out.drain()
                err.drain()
                if code is not None:
                    return code
            except KeyboardInterrupt:
                self.interrupt()


class _Output(AbstractContextManager["_Output"]):
    """A file that the CLI writes to and that we read along.

    Where the system allows it the file has no name any more once both ends are open, so a kernel
    that is killed leaves nothing behind.
    """

    def __init__(self, callback: OnOutput | None) -> None:
        number, self._name = tempfile.mkstemp(prefix="pulumi-output-")
        self.file = os.fdopen(number, "wb")
        self._reader = open(self._name, "rb")  # noqa: SIM115  closed in __exit__
        self._callback = callback
        self._line = b""
        if sys.platform != "win32":
            Path(self._name).unlink()

    def __exit__(self, *_: object) -> None:
        self.file.close()
        self._reader.close()
        if sys.platform == "win32":
            Path(self._name).unlink(missing_ok=True)

    def drain(self) -> None:
        """Hand each complete new line to the callback."""
        if self._callback is None:
            return
        *lines, self._line = (self._line + self._reader.read()).split(b"\n")
        for line in lines:
            self._callback(line.decode("utf-8", "replace").rstrip())

    def text(self) -> str:
        """All that was written, from the start; the last unfinished line included."""
        if self._callback is not None and self._line:
            self._callback(self._line.decode("utf-8", "replace").rstrip())
        self._reader.seek(0)
        lines = self._reader.read().decode("utf-8", "replace").splitlines()
        return "\n".join(line.rstrip() for line in lines)


def _signal(process: subprocess.Popen[bytes], count: int) -> None:
    """Pass on the interrupt with this number; a process that has ended is left alone."""
    if count >= KILL_AT:
        process.kill()
    elif sys.platform == "win32":
        process.send_signal(signal.CTRL_BREAK_EVENT)
    else:
        process.send_signal(signal.SIGINT)


@contextmanager
def _end_of(process: subprocess.Popen[bytes]) -> Iterator[Ended]:
    """What gives the exit code, or None after a short wait.

    Python itself waits by looking again and again, 300 times a second; Linux can wake us.
    """
    try:
        end = os.pidfd_open(process.pid)
    except (AttributeError, OSError):  # another system, or an old one
        yield lambda: _looked(process)
        return
    try:
        with select.epoll() as waiting:
            waiting.register(end, select.EPOLLIN)
            yield lambda: process.poll() if waiting.poll(POLL) else None
    finally:
        os.close(end)


def _looked(process: subprocess.Popen[bytes]) -> int | None:
    try:
        return process.wait(POLL)
    except subprocess.TimeoutExpired:
        return None


def _own_group() -> dict[str, Any]:
    """What keeps a Ctrl-C in the terminal from the CLI, and others from reading what it writes."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True, "umask": UMASK}


def _non_interactive(args: list[str]) -> list[str]:
    """The arguments with --non-interactive in front: a CLI that asks would wait for ever."""
    own = args[: args.index("--")] if "--" in args else args
    return args if "--non-interactive" in own else ["--non-interactive", *args]


def _environment(command: str, additional: Mapping[str, str]) -> dict[str, str]:
    """The process's environment, the CLI's own folder first on PATH: it finds its plugins there.

    Whoever says where the state is says all of Pulumi's settings: what a cell or a shell has set
    besides (a passphrase, a stack, another layout of the state) does not count then.
    """
    inherited = without_pulumi(os.environ) if "PULUMI_BACKEND_URL" in additional else os.environ
    env = {**inherited, **additional, "PULUMI_AUTOMATION_API": "true"}
    if Path(command).is_absolute():
        env["PATH"] = os.pathsep.join([str(Path(command).parent), env.get("PATH", "")])
    return env
