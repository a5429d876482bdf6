"""One stack of the course on disk, and the engine run on it.

A stack lives below the kit's own folder: its project files in workspaces/, its state in backend/.
The project is called `gateway`, as in gateway/Pulumi.yaml: `pulumi up` in that folder, with the
kit's environment, sees the same stack.
"""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Mapping
from concurrent import futures
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import yaml
from google.protobuf import empty_pb2
from pulumi.automation import CommandResult
from pulumi.automation._server import LanguageServer
from pulumi.runtime._grpc_settings import _GRPC_CHANNEL_OPTIONS
from pulumi.runtime.proto import events_pb2_grpc, language_pb2, language_pb2_grpc

from lab.deploy import values
from lab.errors import NotReady
from lab.session.writable import try_lock, writing
from sandbox.command import InterruptibleCommand

# An engine may listen on the port of one that has ended: what gRPC remembers of that one (refused,
# try later) must not count for the new one.
_GRPC_CHANNEL_OPTIONS.append(("grpc.use_local_subchannel_pool", 1))

PROJECT = "gateway"
WRITTEN = 1.0  # seconds after which a file is not one that an engine is writing
OnEvent = Callable[[dict[str, Any]], None]
Program = Callable[[], None]


@dataclass
class Stack:
    """A stack: where its files are, and how the engine is called.

    Attributes:
        home: the kit's folder.
        env: what the engine's environment has besides this process's own.
        config: stack configuration that the kit sets, such as aws:region.
    """

    name: str
    home: Path
    command: InterruptibleCommand
    env: dict[str, str] = field(default_factory=dict)
    config: dict[str, str] = field(default_factory=dict)

    @property
    def workspace(self) -> Path:
        """The folder of this stack's Pulumi.yaml and Pulumi.<stack>.yaml."""
        return self.home / "workspaces" / self.name

    @property
    def state_file(self) -> Path:
        """Where the file backend keeps the state."""
        return self.home / "backend" / ".pulumi" / "stacks" / PROJECT / f"{self.name}.json"

    @property
    def locks(self) -> Path:
        """The folder of the engine's locks on this stack."""
        return self.home / "backend" / ".pulumi" / "locks" / "organization" / PROJECT / self.name

    @property
    def lock_files(self) -> list[Path]:
        """The engine's locks on this stack."""
        return sorted(self.locks.glob("*.json"))

    def prepare(self) -> None:
        """Write the project's files, and make the stack when there is none. Safe to repeat.

        Raises:
            NotReady: the kit's folder cannot be used; the message says why and what to do.
        """
        with writing(self.home):
            self._write_project()
        if not self.state_file.exists():
            self.run(["stack", "init", "--stack", self.name])

    def _write_project(self) -> None:
        self.workspace.mkdir(parents=True, exist_ok=True)
        (self.home / "backend").mkdir(parents=True, exist_ok=True)
        project = self.workspace / "Pulumi.yaml"
        _write(project, yaml.safe_dump({"name": PROJECT, "runtime": "python"}, sort_keys=False))
        settings = self.workspace / f"Pulumi.{self.name}.yaml"
        # The file also holds the salt of the secrets: what is in it stays.
        known = yaml.safe_load(settings.read_text("utf-8")) if settings.exists() else None
        known = known or {}
        known["config"] = {**(known.get("config") or {}), **self.config}
        _write(settings, yaml.safe_dump(known, sort_keys=False))
        try_lock(self.workspace / "lock")

    def checkpoint(self) -> dict[str, Any]:
        """The state as the engine last saved it: resources, pending operations; {} when new.

        Raises:
            NotReady: the file is damaged; the message says how to go back to the one before.
        """
        if not self.state_file.exists():
            return {}
        try:
            return json.loads(self.state_file.read_text("utf-8"))["checkpoint"]["latest"] or {}
        except (ValueError, KeyError, TypeError) as error:
            raise NotReady(
                f"The state of stack {self.name} cannot be read: {self.state_file}\n{error}",
                f"Put back the one before: cp {self.state_file}.bak {self.state_file}",
            ) from None

    def mend(self) -> bool:
        """Put right what an engine left that was killed while it saved, or that found the disk full.

        It writes a file at one stroke, from one that ends in .tmp, and beside it a file of
        attributes. Empty, these make it refuse to work; missing, they are not missed.

        Returns:
            Whether it was needed.
        """
        torn = [
            path
            for path in self.state_file.parent.glob(f"{self.name}.json*.attrs")
            if not _json(path)
        ]
        torn += [
            path
            for path in self.locks.glob("*")
            if path.suffix in (".tmp", ".attrs") and not _json(path) and _age(path) > WRITTEN
        ]
        for path in torn:
            path.unlink(missing_ok=True)
        backup = self.state_file.with_name(self.state_file.name + ".bak")
        cut = self.state_file.exists() and not _json(self.state_file) and _json(backup)
        if cut:
            shutil.copy(backup, self.state_file)
        return bool(torn) or bool(cut)

    def outputs(self) -> dict[str, Any]:
        """The stack's outputs as the state has them; secrets are still marked, not readable."""
        for resource in self.checkpoint().get("resources") or ():
            if resource.get("type") == "pulumi:pulumi:Stack":
                return resource.get("outputs") or {}
        return {}

    def reveal(self, name: str) -> Any:
        """The value of a secret output; asks the engine, which has the key (0.4 s)."""
        result = self.run(["stack", "output", name, "--json", "--show-secrets"], stack=True)
        return json.loads(result.stdout)

    def run(
        self,
        args: list[str],
        *,
        program: Program | None = None,
        on_event: OnEvent | None = None,
        stack: bool = False,
    ) -> CommandResult:
        """Call the engine. With a program or `stack`, on this stack.

        Args:
            on_event: gets every engine event as the JSON object it is, in a thread of its own.

        Raises:
            CommandError, Interrupted: as the command does.
        """
        if program is None and on_event is None:
            named = ["--stack", self.name] if stack else []
            return self.command.run([*args, *named], str(self.workspace), self.env)
        server = grpc.server(futures.ThreadPoolExecutor(8), options=_GRPC_CHANNEL_OPTIONS)
        language = _Language(program or _nothing)
        language_pb2_grpc.add_LanguageRuntimeServicer_to_server(language, server)
        events = _Events(on_event or (lambda event: None))
        events_pb2_grpc.add_EventsServicer_to_server(events, server)
        address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
        server.start()
        inline = ["--client", address, "--exec-kind", "auto.inline"]
        log = ["--event-log", f"tcp://{address}", "--stack", self.name]
        # The engine hides --event-log behind this switch, as the SDK's own code knows.
        env = {**self.env, "PULUMI_DEBUG_COMMANDS": "true"}
        try:
            return self.command.run([*args, *inline, *log], str(self.workspace), env)
        finally:
            events.over.wait(1.0)
            server.stop(0)


class _Language(LanguageServer):
    """The SDK's own server for inline programs, silent when the engine has gone before it."""

    def Run(self, request: Any, context: object) -> Any:
        try:
            return super().Run(request, context)
        except grpc.RpcError:
            return language_pb2.RunResponse()


class _Events(events_pb2_grpc.EventsServicer):
    """Receives the engine's events; `over` is set when the last one has come."""

    def __init__(self, on_event: OnEvent) -> None:
        self.on_event = on_event
        self.over = threading.Event()
        self.over.set()

    def StreamEvents(self, request_iterator: Any, context: object) -> empty_pb2.Empty:
        self.over.clear()
        try:
            for request in request_iterator:
                self.on_event(json.loads(request.event))
        finally:
            self.over.set()
        return empty_pb2.Empty()


def secret(value: Any) -> bool:
    """Whether a value of the state is a secret."""
    return isinstance(value, Mapping) and value.get(values.MARK) == values.SECRET


def _nothing() -> None:
    """The program of operations that need none."""


def _json(path: Path) -> bool:
    """Whether the file holds JSON."""
    try:
        json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return True


def _age(path: Path) -> float:
    """Seconds since a file was written; 0 when it is gone."""
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0


def _write(path: Path, text: str) -> None:
    """Write a file only when it differs: two notebooks may start at once.

    At one stroke: a disk that is full must not cost what was in it.
    """
    if not path.exists() or path.read_text("utf-8") != text:
        part = path.with_name(f"{path.name}.{os.getpid()}.part")
        part.write_text(text, encoding="utf-8")
        part.replace(path)
