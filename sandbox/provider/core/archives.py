"""Assets and archives as they come over the wire, turned into bytes.

A zip file is the same for the same files: no times, one order. So Lambda's hash of the code
changes exactly when the code does.

Pulumi's SDK for Python only describes assets and archives (pulumi.asset): reading them is the
engine's, in Go.
"""

from __future__ import annotations

import io
import os
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sandbox.provider.core.exceptions import CallError
from sandbox.provider.core.wire import ARCHIVE, SIG, is_asset

# What Python and editors leave beside code; in the archive it would make each run a change.
_LITTER = {"__pycache__", ".DS_Store", ".ipynb_checkpoints"}
_TIME = (1980, 1, 1, 0, 0, 0)


def zip_bytes(value: Any) -> bytes:
    """The zip file of an archive: made of a folder or of assets, or a zip file as it is.

    Raises:
        CallError: the folder or file is not there, or the value is no archive.
    """
    if not isinstance(value, dict) or SIG not in value:
        raise CallError(f"an archive is needed, such as pulumi.FileArchive, got {value!r}")
    path = value.get("path")
    if value[SIG] == ARCHIVE and path and zipfile.is_zipfile(path):
        return Path(path).read_bytes()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data, executable in sorted(_files(value)):
            entry = zipfile.ZipInfo(name, date_time=_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            # Lambda runs as another user than the one who packed: all may read.
            entry.external_attr = (0o100755 if executable else 0o100644) << 16
            archive.writestr(entry, data)
    return packed.getvalue()


def content(value: Any) -> bytes:
    """The bytes of an asset; of an archive, its zip file.

    Raises:
        CallError: the file is not there, or the value is no asset.
    """
    if not isinstance(value, dict) or SIG not in value:
        raise CallError(f"an asset is needed, such as pulumi.FileAsset, got {value!r}")
    if value[SIG] == ARCHIVE:
        return zip_bytes(value)
    if value.get("text") is not None:
        return str(value["text"]).encode()
    if value.get("uri"):
        return _fetched(value["uri"])
    return _read(Path(value.get("path", "")))


def located(value: Any, folder: Callable[[], str]) -> Any:
    """The value with absolute paths in its assets: relative ones begin at the program's folder.

    A provider that serves many programs has no folder of its own that they could begin at.
    """
    if isinstance(value, list):
        return [located(item, folder) for item in value]
    if not isinstance(value, dict):
        return value
    found = {name: located(item, folder) for name, item in value.items()}
    path = value.get("path")
    if is_asset(value) and path and not Path(path).is_absolute():
        found["path"] = str(Path(folder()) / path)
    return found


def _files(archive: dict[str, Any], under: str = "") -> Iterator[tuple[str, bytes, bool]]:
    """The files of an archive: name, bytes, whether it may be executed."""
    if "assets" in archive:
        for name, item in archive["assets"].items():
            here = f"{under}{name}"
            if item.get(SIG) == ARCHIVE:
                yield from _files(item, f"{here}/")
            else:
                yield here, content(item), False
        return
    if archive.get("uri"):
        yield from _packed(_fetched(archive["uri"]), archive["uri"], under)
        return
    path = Path(archive.get("path", ""))
    if not path.is_dir():
        yield from _packed(_read(path), str(path), under)
        return
    for file in path.rglob("*"):
        parts = file.relative_to(path).parts
        if file.is_file() and not _LITTER.intersection(parts):
            yield under + "/".join(parts), file.read_bytes(), os.access(file, os.X_OK)


def _packed(data: bytes, name: str, under: str) -> Iterator[tuple[str, bytes, bool]]:
    """The files of a zip or tar file."""
    stream = io.BytesIO(data)
    if zipfile.is_zipfile(stream):
        with zipfile.ZipFile(stream) as packed:
            for entry in packed.infolist():
                if not entry.is_dir():
                    executable = bool(entry.external_attr >> 16 & 0o100)
                    yield under + entry.filename, packed.read(entry), executable
        return
    stream.seek(0)
    try:
        with tarfile.open(fileobj=stream) as tar:
            for member in tar:
                file = tar.extractfile(member)
                if file is not None:
                    yield under + member.name, file.read(), bool(member.mode & 0o100)
    except tarfile.TarError:
        raise CallError(f"{name} is neither a folder nor a zip or tar file") from None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        # The official provider's words for a Lambda function whose code is missing.
        raise CallError(
            f"reading ZIP file ({path}): open {path}: {(error.strerror or '').lower()}"
        ) from error


def _fetched(uri: str) -> bytes:
    import urllib.request  # only here: it is slow to import, and rarely needed

    try:
        with urllib.request.urlopen(uri, timeout=30) as answer:
            return bytes(answer.read())
    except OSError as error:
        raise CallError(f"fetching {uri}: {error}") from error
