"""Download the official CLI, with a limit of five seconds on anything that does not answer.

Own code and not PulumiCommand.install(): that one waits without limit on a network that drops
packets, runs a script from the web, shows no progress and can be left half done.
"""

from __future__ import annotations

import gzip
import http.client
import os
import platform
import shutil
import ssl
import tarfile
import time
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from sandbox.engine import checksums
from sandbox.engine.cli import EXE, VERSION, EngineError
from sandbox.engine.progress import Progress
from sandbox.engine.running import PATIENCE, within

BASE = "https://get.pulumi.com/releases/sdk"
_LEAST = 64 * 1024  # bytes that must be here when PATIENCE is over: less is no download
_SPACE = 700 * 1024**2  # bytes: the archive and what is in it


def fetch(folder: Path, progress: bool) -> None:
    """Download the CLI and its language hosts into <folder>/bin.

    The base address is KIT_PULUMI_URL, else Pulumi's own.

    Raises:
        EngineError: it cannot be had, known within PATIENCE seconds, or it is not the right file.
    """
    base = base_url()
    name = archive_name(platform.system(), platform.machine())
    if shutil.disk_usage(folder).free < _SPACE:
        raise EngineError(f"{folder} has less than {_SPACE // 1024**2} MB free")
    archive = folder / name
    bar = Progress("Downloading Pulumi", quiet=not progress)
    save(base, f"pulumi-{VERSION}-checksums.txt", archive, bar)
    try:
        unpack(archive, folder / "bin")
    except (OSError, EOFError, zlib.error, tarfile.TarError, zipfile.BadZipFile) as error:
        raise EngineError(f"{base}/{name} is not a whole archive: {error}") from error
    archive.unlink()


def base_url() -> str:
    """Where the archives are: KIT_PULUMI_URL, else Pulumi's own address."""
    return (os.environ.get("KIT_PULUMI_URL") or BASE).rstrip("/")


def save(base: str, list_name: str, archive: Path, bar: Progress) -> None:
    """Download the file with the archive's name from a base address, and prove that it is the one.

    Args:
        list_name: the list of checksums there, for a file that the kit has no pin of.

    Raises:
        EngineError: it cannot be had, known within PATIENCE seconds, or it is not the right file.
    """
    url = f"{base}/{archive.name}"
    by = time.monotonic() + PATIENCE
    try:
        wanted = checksums.expected(
            archive.name, f"{base}/{list_name}", lambda: _list(f"{base}/{list_name}", by)
        )
        _save(within(by, lambda: _open(url)), archive, bar)
    except (OSError, EOFError, http.client.HTTPException, ValueError) as error:
        if isinstance(error, urllib.error.HTTPError):
            error.close()
        raise EngineError(f"{url}: {_reason(error)}") from error
    wanted.check(archive, url)


def archive_name(system: str, machine: str) -> str:
    """The official archive for a system (platform.system()) and processor (platform.machine()).

    Raises:
        EngineError: there is none for it.
    """
    processors = {"x86_64": "x64", "amd64": "x64", "arm64": "arm64", "aarch64": "arm64"}
    processor = processors.get(machine.lower())
    if system not in ("Linux", "Darwin", "Windows") or not processor:
        raise EngineError(f"Pulumi publishes no CLI for {system} on {machine}")
    ending = "zip" if system == "Windows" else "tar.gz"
    return f"pulumi-v{VERSION}-{system.lower()}-{processor}.{ending}"


def unpack(archive: Path, target: Path) -> None:
    """Copy the files that lie beside the CLI in the archive into a folder, by their bare names.

    Links and folders are left out, so that nothing can land outside of it.

    Raises:
        EngineError: no CLI is in it.
    """
    target.mkdir()
    if archive.suffix == ".zip":
        with zipfile.ZipFile(archive) as zipped:
            names = [m.filename for m in zipped.infolist() if not m.is_dir()]
            for name in _beside_cli(names, archive):
                with zipped.open(name) as file:
                    _write(file, target / PurePosixPath(name).name)
        return
    with gzip.open(archive) as unzipped, tarfile.open(fileobj=unzipped) as tar:
        members = {m.name: m for m in tar if m.isfile()}
        for name in _beside_cli(list(members), archive):
            if opened := tar.extractfile(members[name]):
                _write(opened, target / PurePosixPath(name).name)
        while unzipped.read(1 << 20):  # the check sum is behind the last file
            pass


def _beside_cli(names: list[str], archive: Path) -> list[str]:
    homes = [PurePosixPath(n).parent for n in names if PurePosixPath(n).name == f"pulumi{EXE}"]
    if not homes:
        raise EngineError(f"{archive.name} holds no pulumi{EXE}")
    return [n for n in names if PurePosixPath(n).parent == homes[0]]


def _write(source: IO[bytes], target: Path) -> None:
    with target.open("wb") as file:
        shutil.copyfileobj(source, file)
    target.chmod(0o755)


def _list(url: str, by: float) -> tuple[str, str]:
    """A list of checksums and the address that it came from, redirects followed."""

    def read() -> tuple[bytes, str]:
        with _open(url) as response:
            return response.read(_LEAST), response.url

    try:
        text, came_from = within(by, read)
    except urllib.error.HTTPError as error:
        error.close()
        raise
    return text.decode("utf-8", "replace"), came_from


def _open(url: str) -> http.client.HTTPResponse:
    import certifi  # the certificates that a Python of python.org lacks; ours come with requests

    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    opened: http.client.HTTPResponse = urllib.request.urlopen(
        url, timeout=PATIENCE, context=context
    )
    return opened


def _save(response: http.client.HTTPResponse, path: Path, progress: Progress) -> None:
    """Write the body to a file."""
    total = int(response.headers.get("Content-Length") or 0)
    done = 0
    with response, path.open("wb") as file, progress:
        for part in _parts(response):
            file.write(part)
            done += len(part)
            progress.show(done / total if total else 0, f"{done / 1e6:.0f} of {total / 1e6:.0f} MB")
    if done < total:
        raise EOFError(f"ended after {done} of {total} bytes")


def _parts(response: http.client.HTTPResponse) -> Iterator[bytes]:
    """What arrives, as it arrives; a server that sends next to nothing is given up."""
    begun, done = time.monotonic(), 0
    while part := response.read1(1 << 20):
        yield part
        done += len(part)
        if done < _LEAST and time.monotonic() - begun > PATIENCE:
            raise TimeoutError(f"only {done} bytes in {PATIENCE:.0f} seconds")


def _reason(error: BaseException) -> str:
    """The innermost reason in plain words: urllib wraps it."""
    reason = getattr(error, "reason", None)
    return str(reason if isinstance(reason, OSError) else error) or type(error).__name__
