"""One stack of the course on disk, and the engine run on it.

A stack lives below the kit's own folder: its project files in workspaces/, its state in backend/.
The project is called `gateway`, as in gateway/Pulumi.yaml: `pulumi up` in that folder, with the
kit's environment, sees the same stack.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from filelock import FileLock
from pulumi.automation import CommandResult, StackAlreadyExistsError

from lab.errors import Busy, NotReady
from lab.session import files, owner
from lab.session.disk import writing
from lab.session.inline import ENVIRONMENT, OnEvent, Program, served
from lab.session.state import State
from sandbox.command import InterruptibleCommand
from sandbox.home import private, read_json
from sandbox.locks import take

PROJECT = "gateway"
PREPARED = 60.0  # seconds to wait for another notebook that prepares the same stack


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
    config: dict[str, Any] = field(default_factory=dict)

    @property
    def workspace(self) -> Path:
        """The folder of this stack's Pulumi.yaml and Pulumi.<stack>.yaml."""
        return self.home / "workspaces" / self.name

    @property
    def state_file(self) -> Path:
        """Where the file backend keeps the state."""
        return self.home / "backend" / ".pulumi" / "stacks" / PROJECT / f"{self.name}.json"

    @property
    def layout(self) -> Path:
        """Where the file backend notes in which folders states are; all stacks have one."""
        return self.home / "backend" / ".pulumi" / "meta.yaml"

    @property
    def settings(self) -> Path:
        """The stack's configuration, which has the salt of its secrets, too."""
        return self.workspace / f"Pulumi.{self.name}.yaml"

    @property
    def backups(self) -> Path:
        """The folder of the engine's copies of the state, one for each time that it saved."""
        return self.home / "backend" / ".pulumi" / "backups" / PROJECT / self.name

    @property
    def history(self) -> Path:
        """The folder of what the engine keeps of each operation."""
        return self.home / "backend" / ".pulumi" / "history" / PROJECT / self.name

    @property
    def locks(self) -> Path:
        """The folder of the engine's locks on this stack."""
        return self.home / "backend" / ".pulumi" / "locks" / "organization" / PROJECT / self.name

    @property
    def lock_files(self) -> list[Path]:
        """The engine's locks on this stack."""
        return sorted(self.locks.glob("*.json"))

    def prepare(
        self,
        check: Callable[[], object] = lambda: None,
        mend: Callable[[], list[str]] = list,
    ) -> list[str]:
        """Write the project's files, and make the stack when there is none. Safe to repeat.

        One notebook at a time, for the engine writes the salt of the stack's secrets into a file
        that another would overwrite with what it had read before.

        Args:
            check: called while another notebook does the same; what it raises ends the waiting.
            mend: puts the files right first.

        Returns:
            What `mend` has put right, a line each.

        Raises:
            NotReady: the kit's folder cannot be used; the message says why and what to do.
            Busy: another notebook took longer than PREPARED seconds.
        """
        with self._preparing(check):
            with writing(self.home):
                mended = mend()
                self._write_project()
            if not self.state_file.exists():
                # A terminal, which takes no lock of ours, may make it in this moment.
                with suppress(StackAlreadyExistsError):
                    self.run(["stack", "init", "--stack", self.name])
        return mended

    def configure(self, chosen: Mapping[str, str | None]) -> None:
        """Set values of the stack's configuration; None takes one back."""
        with self._preparing(lambda: None), writing(self.home):
            known = files.read_yaml(self.settings) or {}
            config = {**(known.get("config") or {}), **chosen}
            known["config"] = {name: value for name, value in config.items() if value is not None}
            files.write(self.settings, yaml.safe_dump(known, sort_keys=False))

    @contextmanager
    def _preparing(self, check: Callable[[], object]) -> Iterator[None]:
        lock = FileLock(self.workspace / "prepare.lock")
        with writing(self.home):
            private(self.home)
            self.workspace.mkdir(parents=True, exist_ok=True)
            taken = take(lock, PREPARED, check)
        if not taken:
            raise Busy(
                f"Another notebook has been preparing the stack {self.name} for {PREPARED:.0f} s.",
                "Interrupt it there, then run this cell again.",
            )
        try:
            yield
        finally:
            lock.release()

    def _write_project(self) -> None:
        (self.home / "backend").mkdir(parents=True, exist_ok=True)
        owner.keep(self.home, self.config.get(owner.SETTING))
        project = self.workspace / "Pulumi.yaml"
        files.write(
            project, yaml.safe_dump({"name": PROJECT, "runtime": "python"}, sort_keys=False)
        )
        known = files.read_yaml(self.settings)
        if known is None:
            return  # lab.session.mending puts it right
        # The file also holds the salt of the secrets: what is in it stays.
        known["config"] = {**(known.get("config") or {}), **self.config}
        files.write(self.settings, yaml.safe_dump(known, sort_keys=False))

    def state(self) -> State:
        """The state as the engine last saved it; empty when the stack is new.

        Raises:
            NotReady: the file is damaged, and no copy could be put in its place.
        """
        if not self.state_file.exists():
            return State()
        try:
            saved = json.loads(self.state_file.read_text("utf-8"))["checkpoint"]["latest"]
            return State(saved or {})
        except (ValueError, KeyError, TypeError) as error:
            raise NotReady(
                f"The state of stack {self.name} cannot be read, nor any copy of it: "
                f"{self.state_file}\n{error}",
                "Put a copy of your own there. Without one, begin anew: python -m sandbox reset, "
                f"then delete {self.state_file}, then start() and up().",
            ) from None

    def clear(self) -> None:
        """Take out of the state what an engine began and did not end: an import leaves it out."""
        with tempfile.TemporaryDirectory() as folder:
            file = str(Path(folder) / "state.json")
            self.run(["stack", "export", "--file", file], stack=True)
            self.run(["stack", "import", "--file", file], stack=True)

    def unlock(self) -> None:
        """Remove the engine's lock, whoever holds it."""
        self.run(["cancel", "--yes"], stack=True)

    def deployed_to(self) -> dict[str, str]:
        """Which cloud the state was last seen to agree with; {} when none is known."""
        return read_json(self._marker)

    def remember(self, mark: dict[str, str]) -> None:
        """Note that state and cloud agree, and which cloud that is."""
        if self.deployed_to() != mark:
            files.write(self._marker, json.dumps(mark))

    def forget(self) -> None:
        """Note that state and cloud may not agree: the next operation compares them."""
        self._marker.unlink(missing_ok=True)

    @property
    def _marker(self) -> Path:
        return self.workspace / "deployed_to.json"

    def outputs(self) -> dict[str, Any]:
        """The stack's outputs as the state has them; secrets are still marked, not readable."""
        return self.state().outputs

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
        with served(program or _nothing, on_event or _nothing) as asked:
            env = {**self.env, **ENVIRONMENT}
            args = [*args, *asked, "--stack", self.name]
            return self.command.run(args, str(self.workspace), env)


def _nothing(*_: object) -> None:
    """The program of operations that need none, and the listener where nobody listens."""
