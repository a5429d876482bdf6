"""One Pulumi CLI: where it is, where it came from, and whether it is whole."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sandbox import variables
from sandbox.home import home, read_json, write_json

VERSION = "3.250.0"
"""The CLI's version, the same as the SDK's in pyproject.toml."""

EXE = ".exe" if sys.platform == "win32" else ""
ORIGIN = (
    "kit-origin.txt"  # beside bin/: how the kit got this CLI, "downloaded", "built" or "bundled"
)
_ANSWER_SECONDS = 30  # a whole CLI answers in 0.2 s; the rest is for a machine that is busy


class EngineError(RuntimeError):
    """There is no usable CLI or plugin; the message says why and what to do."""


@dataclass(frozen=True)
class Cli:
    """A CLI of the right version that answered.

    Attributes:
        path: the executable.
        source: "kit" or "PulumiCommand.install" (found where both put it), "PATH", or, on the run
            that installed it, "downloaded", "built" or "bundled".
    """

    path: Path
    source: str

    @property
    def root(self) -> Path | None:
        """What PulumiCommand(root=...) takes; None when the CLI on PATH has no bin/ around it."""
        return self.path.parent.parent if self.path.parent.name == "bin" else None

    def describe(self) -> str:
        """One line for a person: version, place, origin."""
        return f"Pulumi CLI v{VERSION}: {tilde(self.path)} ({self._origin()})"

    def _origin(self) -> str:
        if self.source == "kit":
            how = (self.path.parent.parent / ORIGIN).read_text(encoding="utf-8").strip()
            return f"{how} by the kit earlier"
        return {
            "PulumiCommand.install": "installed by PulumiCommand.install",
            "PATH": "found on PATH",
            "downloaded": "downloaded now",
            "built": "built from source now",
            "bundled": "taken from the bundle now",
        }[self.source]


def versions_folder() -> Path:
    """Where CLIs are kept: KIT_ENGINE_DIR, else ~/.pulumi/versions as PulumiCommand.install does.

    Not below PULUMI_HOME: the kit has one of those for each checkout, and the CLI is shared.
    """
    own = os.environ.get("KIT_ENGINE_DIR")
    return Path(own).absolute() if own else Path.home() / ".pulumi" / "versions"


def executable(root: Path) -> Path:
    """The CLI's file below a root folder, as PulumiCommand(root=...) expects it."""
    return root / "bin" / f"pulumi{EXE}"


def version_of(path: Path) -> str | None:
    """What `pulumi version` prints, without the v; None when it does not start or is damaged.

    A file is asked once on a machine, which takes 0.2 s: the kit's folder notes what it said.
    """
    try:
        status = path.stat()
        return _ask(str(path), status.st_size, status.st_mtime_ns)
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return None


@lru_cache(maxsize=16)
def _ask(path: str, size: int, modified: int) -> str | None:
    """What this state of the file answers, or has answered."""
    asked = {"path": path, "size": size, "modified": modified, "machine": platform.node()}
    known = read_json(note := home() / "engine.json")
    if known.items() >= asked.items():
        return str(known["version"])
    env = {**without_pulumi(os.environ), "PULUMI_SKIP_UPDATE_CHECK": "true"}
    done = subprocess.run(
        [path, "version"], capture_output=True, text=True, timeout=_ANSWER_SECONDS,
        env=env, stdin=subprocess.DEVNULL, check=True,
    )  # fmt: skip
    version = done.stdout.strip().removeprefix("v")
    if note.parent.is_dir():  # else this is set-up, which makes no folder for a learner
        with suppress(OSError):
            write_json(note, {**asked, "version": version})
    return version


def without_pulumi(environ: Mapping[str, str]) -> dict[str, str]:
    """An environment for the CLI that has nothing of the user's own Pulumi, its home above all."""
    return {k: v for k, v in environ.items() if not k.upper().startswith(variables.ENGINE)}


def tilde(path: Path) -> str:
    """The path, with ~ for the home folder."""
    try:
        return str(Path("~") / path.relative_to(Path.home()))
    except ValueError:
        return str(path)
