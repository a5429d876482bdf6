"""The zips of the functions' code: the same bytes wherever they are made, and a script that starts."""

import hashlib
import shutil
import stat
import subprocess
import sys
import zipfile

import pytest

from gateway.layer import code, zips
from gateway.model import code_of
from gateway.settings import FUNCTIONS


@pytest.fixture
def build(monkeypatch, tmp_path):
    """Where zips are made, in place of the checkout's own folder."""
    monkeypatch.setattr(code, "BUILD", tmp_path / "build")
    return tmp_path / "build"


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_script_may_be_started_and_no_file_has_a_date(build):
    made = code.code_zip("model", code.code_files(FUNCTIONS / "model"))
    with zipfile.ZipFile(made) as opened:
        entries = opened.infolist()
    assert {entry.date_time for entry in entries} == {zips.LONG_AGO}
    assert {entry.create_system for entry in entries} == {3}
    modes = {entry.filename: stat.filemode(entry.external_attr >> 16) for entry in entries}
    assert modes.pop("run.sh") == "-rwxr-xr-x"
    assert set(modes.values()) == {"-rw-r--r--"}


def test_a_checkout_of_windows_and_one_in_another_place_give_the_same_bytes(build, tmp_path):
    ours = code.code_zip("model", code.code_files(FUNCTIONS / "model"))
    theirs = tmp_path / "theirs"
    for file in [*(FUNCTIONS / "model").rglob("*.py"), FUNCTIONS / "model" / "run.sh"]:
        copy = theirs / file.relative_to(FUNCTIONS / "model")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
        copy.chmod(0o600)
    (theirs / "__pycache__").mkdir()
    (theirs / "__pycache__" / "handler.cpython-312.pyc").write_bytes(b"compiled")
    assert digest(code.code_zip("theirs", code.code_files(theirs))) == digest(ours)


def test_the_same_code_is_not_written_again_and_other_code_is(build):
    first = code.code_zip("f", {"handler.py": b"one"})
    before = first.stat()
    assert code.code_zip("f", {"handler.py": b"one"}) == first
    assert first.stat().st_mtime_ns == before.st_mtime_ns and first.stat().st_ino == before.st_ino
    code.code_zip("f", {"handler.py": b"two"})
    with zipfile.ZipFile(first) as opened:
        assert opened.read("handler.py") == b"two"
    assert [path.name for path in build.iterdir()] == ["f.zip"]


def test_where_the_checkout_is_read_only_it_is_made_in_one_temporary_folder(build, tmp_path):
    build.write_text("a file, in which nobody can make another")
    code.elsewhere.cache_clear()
    one, two = (code.code_zip(name, {"handler.py": b"one"}) for name in ("a", "b"))
    assert one.parent == two.parent and tmp_path not in one.parents
    assert one.parent.stat().st_mode & 0o777 == 0o700 or sys.platform == "win32"
    shutil.rmtree(one.parent)
    code.elsewhere.cache_clear()


@pytest.mark.skipif(not shutil.which("unzip"), reason="needs unzip: sudo apt-get install unzip")
def test_the_script_starts_where_lambda_has_unpacked_it(build, tmp_path):
    made = code.code_zip("model", code.code_files(FUNCTIONS / "model"))
    subprocess.run(["unzip", "-q", made, "-d", tmp_path / "task"], check=True)
    (tmp_path / "task" / "server.py").write_text("print('served')")
    started = subprocess.run(
        [tmp_path / "task" / "run.sh"],
        cwd=tmp_path / "task",
        env={"PATH": "/usr/bin:/bin", "LAMBDA_RUNTIME_DIR": "/nowhere"},
        capture_output=True,
        text=True,
    )
    assert started.stdout == "served\n", started.stderr


@pytest.mark.parametrize("folder", ["model", "authorizer"])
def test_pulumi_gets_the_zip_as_it_is(folder):
    assert code_of(folder).path.endswith(f"{folder}.zip")
    assert zipfile.is_zipfile(code_of(folder).path)
