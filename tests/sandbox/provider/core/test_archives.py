"""Archives become zip files: the same files, the same bytes."""

from __future__ import annotations

import io
import os
import tarfile
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from sandbox.provider.core.archives import content, zip_bytes
from sandbox.provider.core.exceptions import CallError
from sandbox.provider.core.wire import ARCHIVE, ASSET, SIG


def archive(**how: Any) -> dict[str, Any]:
    return {SIG: ARCHIVE, "hash": "h", **how}


def asset(**how: Any) -> dict[str, Any]:
    return {SIG: ASSET, "hash": "h", **how}


def names(data: bytes) -> list[str]:
    return zipfile.ZipFile(io.BytesIO(data)).namelist()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    code = tmp_path / "code"
    (code / "inner" / "__pycache__").mkdir(parents=True)
    (code / "handler.py").write_text("x = 1\n")
    (code / "inner" / "run.sh").write_text("#!/bin/sh\n")
    (code / "inner" / "run.sh").chmod(0o755)
    (code / "inner" / "__pycache__" / "x.pyc").write_bytes(b"litter")
    return code


def test_a_folder_is_packed_without_litter(folder: Path) -> None:
    assert names(zip_bytes(archive(path=str(folder)))) == ["handler.py", "inner/run.sh"]


def test_files_may_be_read_by_all_and_run_if_they_could(folder: Path) -> None:
    packed = zipfile.ZipFile(io.BytesIO(zip_bytes(archive(path=str(folder)))))
    modes = [entry.external_attr >> 16 & 0o777 for entry in packed.infolist()]
    assert modes == [0o644, 0o755]


def test_the_same_files_make_the_same_bytes(folder: Path) -> None:
    before = zip_bytes(archive(path=str(folder)))
    later = time.time() + 1000
    os.utime(folder / "handler.py", (later, later))
    assert zip_bytes(archive(path=str(folder))) == before
    (folder / "handler.py").write_text("x = 2\n")
    assert zip_bytes(archive(path=str(folder))) != before


def test_a_zip_file_goes_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "code.zip"
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("a.py", "1")
    assert zip_bytes(archive(path=str(file))) == file.read_bytes()


def test_a_tar_file_is_packed_again(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "code.tgz"
    with tarfile.open(file, "w:gz") as tar:
        tar.add(folder / "handler.py", arcname="handler.py")
    assert names(zip_bytes(archive(path=str(file)))) == ["handler.py"]


def test_assets_and_archives_nest(folder: Path) -> None:
    inner = archive(path=str(folder / "inner"))
    both = archive(
        assets={
            "b.txt": asset(text="hi"),
            "lib": inner,
            "a.py": asset(path=str(folder / "handler.py")),
        }
    )
    data = zip_bytes(both)
    assert names(data) == ["a.py", "b.txt", "lib/run.sh"]
    assert zipfile.ZipFile(io.BytesIO(data)).read("b.txt") == b"hi"


def test_the_bytes_of_assets(folder: Path) -> None:
    assert content(asset(text="hé")) == "hé".encode()
    assert content(asset(path=str(folder / "handler.py"))) == b"x = 1\n"
    assert content(asset(uri=(folder / "handler.py").as_uri())) == b"x = 1\n"


def test_code_that_is_missing_is_told_in_the_official_words() -> None:
    with pytest.raises(CallError, match=r"^reading ZIP file \(gone\): open gone: no such file"):
        zip_bytes(archive(path="gone"))


@pytest.mark.parametrize("value", ["handler.py", None, {"path": "x"}])
def test_what_is_no_archive_is_refused(value: Any) -> None:
    with pytest.raises(CallError, match="an archive is needed"):
        zip_bytes(value)


def test_a_file_that_is_no_archive_is_refused(folder: Path) -> None:
    with pytest.raises(CallError, match="neither a folder nor a zip or tar file"):
        zip_bytes(archive(path=str(folder / "handler.py")))
