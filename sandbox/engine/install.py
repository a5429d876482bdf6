"""Find the CLI, else download it, else build it; install it whole or not at all."""

from __future__ import annotations

import contextlib
import shutil
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

from sandbox import bundle
from sandbox.engine import build, download
from sandbox.engine.cli import (
    ORIGIN,
    VERSION,
    Cli,
    EngineError,
    executable,
    tilde,
    version_of,
    versions_folder,
)

_STAGING = f".kit-{VERSION}-"  # folders of unfinished installations, swept before the next one
_RELEASE = f"https://github.com/pulumi/pulumi/releases/tag/v{VERSION}"

Way = Callable[[Path, bool], None]
"""Puts a CLI into <folder>/bin, shows progress when told to, raises EngineError when it cannot."""


def find() -> Cli | None:
    """The CLI that is there already: where the kit puts it, then on PATH; None if neither."""
    root = versions_folder() / VERSION
    path = executable(root)
    if version_of(path) == VERSION:
        return Cli(path, "kit" if (root / ORIGIN).is_file() else "PulumiCommand.install")
    on_path = shutil.which("pulumi")
    if on_path and version_of(Path(on_path)) == VERSION:
        return Cli(Path(on_path), "PATH")
    return None


def ensure(progress: bool = True) -> Cli:
    """The CLI, installed first when there is none: 4 minutes when it must be built, once.

    Raises:
        EngineError: no way worked; the message lists each and the fix.
    """
    found = find()
    if found:
        return found
    with _one_at_a_time(progress):
        return find() or _install(progress)


def _install(progress: bool) -> Cli:
    ways: tuple[tuple[str, Way], ...] = (("downloaded", download.fetch), ("built", build.build))
    if brought := _brought():
        ways = (("bundled", brought),)  # in a room without network nothing else is tried
    reasons = []
    for source, way in ways:
        try:
            with _staging() as folder:
                way(folder, progress)
                return _accept(folder, source)
        except EngineError as error:
            reasons.append(f"  {source}: not possible: {error}")
            if progress and source == "downloaded":
                print(f"No download of the Pulumi CLI: {error}", flush=True)
    raise EngineError(
        f"there is no Pulumi CLI v{VERSION} and it could not be installed.\n"
        + "\n".join(reasons)
        + f"\nFix: check the network and run this again, or by hand: download the archive for this "
        f"machine from {_RELEASE} and put what is in its folder pulumi into "
        f"{tilde(executable(versions_folder() / VERSION).parent)}"
    )


def _accept(folder: Path, source: str) -> Cli:
    """Move a finished installation into place, after it has proven that it works."""
    seen = version_of(executable(folder))
    if seen != VERSION:
        said = f"reports version {seen}" if seen else "does not start on this machine"
        raise EngineError(f"the CLI that arrived {said}; wanted v{VERSION}")
    (folder / ORIGIN).write_text(source + "\n", encoding="utf-8")
    folder.chmod(0o755)  # as a temporary folder it was its owner's alone
    root = versions_folder() / VERSION
    try:
        with contextlib.suppress(FileNotFoundError):
            root.rename(folder.with_name(folder.name + "-old"))
        folder.rename(root)
    except OSError as error:
        raise EngineError(
            f"cannot replace {tilde(root)}: {error}. Close what uses it and run this again"
        ) from error
    return Cli(executable(root), source)


def _brought() -> Way | None:
    """What takes the CLI from a bundle; None where there is no bundle.

    Raises:
        EngineError: the bundle does not fit.
    """
    try:
        found = bundle.find()
    except bundle.BundleError as error:
        raise EngineError(str(error)) from None
    if not found:
        return None
    archive, sha256 = found.pulumi, found.sha256

    def take(folder: Path, progress: bool) -> None:
        try:
            if bundle.digest(archive) != sha256:
                raise EngineError(f"{archive} is damaged. Fix: unpack the bundle's archive again")
            download.unpack(archive, folder / "bin")
        except (OSError, EOFError, zlib.error, tarfile.TarError, zipfile.BadZipFile) as error:
            raise EngineError(f"{archive} is not a whole archive: {error}") from error

    return take


@contextlib.contextmanager
def _staging() -> Iterator[Path]:
    """A fresh folder beside the final one (a rename is atomic there), gone when it is left."""
    versions = versions_folder()
    folder = Path(tempfile.mkdtemp(prefix=_STAGING, dir=versions))
    try:
        yield folder
    finally:
        _sweep(versions)


def _sweep(versions: Path) -> None:
    """Remove what unfinished installations left, also one that was killed."""
    for left in versions.glob(_STAGING + "*"):
        shutil.rmtree(left, ignore_errors=True)


@contextlib.contextmanager
def _one_at_a_time(progress: bool) -> Iterator[None]:
    """Hold the machine-wide lock: a second clone waits and then finds the first one's CLI."""
    lock = _lock(progress)
    try:
        _sweep(versions_folder())
        yield
    finally:
        lock.release()


def _lock(progress: bool) -> BaseFileLock:
    versions = versions_folder()
    lock = FileLock(versions / f".kit-{VERSION}.lock")
    try:
        versions.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        if progress:
            print("Another process is installing the Pulumi CLI; waiting for it.", flush=True)
        lock.acquire()
    except OSError as error:
        raise EngineError(
            f"cannot write to {versions}: {error.strerror}. Fix: make it writable, or set "
            "KIT_ENGINE_DIR to a folder of yours on a disk of this machine"
        ) from error
    return lock
