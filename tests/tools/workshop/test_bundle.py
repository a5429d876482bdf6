"""A bundle: what is in it for which platform, that set-up takes all from it, and what does not fit."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile

import pytest

from sandbox import bundle, engine
from sandbox.engine import VERSION, EngineError, checksums, download
from tests.sandbox.standin import server, tarball
from tools.environment import LOCK, ROOT
from tools.machine import Problem
from tools.workshop import bundle as maker
from tools.workshop import kit, wheels
from tools.workshop.platforms import PLATFORMS, PYTHONS

GOOD = f'#!/bin/sh\necho "v{VERSION}"\n'.encode()
NAME = bundle.wanted()
PYTHON = ".".join(map(str, sys.version_info[:2]))
posix = pytest.mark.skipif(sys.platform == "win32", reason="Linux and macOS only: sh scripts")
SMALL = ("certifi", "sniffio")  # wheels of pure Python: what a test installs


# What is in it


def names(name, release):
    """The packages of the lock for a platform and a Python."""
    found = wheels.entries(LOCK.read_text("utf-8"), PLATFORMS[name].markers(release))
    return dict(re.findall(r"^([\w.-]+)==(\S+)", found, re.MULTILINE))


def test_the_locks_markers_are_asked_of_the_other_platform():
    mac, linux, windows = (
        names(name, "3.12.99") for name in ("macos-arm64", "linux-arm64", "windows-x86_64")
    )
    assert "appnope" in mac and "appnope" not in linux | windows
    assert "pywinpty" in windows and "pywinpty" not in linux | mac
    assert "pexpect" in linux and "pexpect" not in windows
    assert linux.keys() & mac.keys() & windows.keys() > {"pulumi", "pulumi-aws", "xllamacpp"}


def test_a_package_that_differs_by_a_pythons_release_is_there_for_both():
    assert (
        names("linux-x86_64", "3.11.0")["soupsieve"]
        != names("linux-x86_64", "3.11.99")["soupsieve"]
    )
    assert "taskgroup" in names("linux-x86_64", "3.10.0")


@pytest.mark.parametrize("name", list(PLATFORMS))
def test_every_entry_keeps_its_hashes_and_loses_its_marker(name):
    lock = LOCK.read_text("utf-8")
    found = wheels.entries(lock, PLATFORMS[name].markers("3.12.99"))
    assert ";" not in found and found.count("==") > 120
    for entry in re.split(r"\n(?=\w)", found.strip()):
        hashes = re.findall(r"--hash=sha256:\w{64}", entry)
        assert hashes and all(each in lock for each in hashes)


def test_it_is_for_the_pythons_and_the_systems_that_the_kit_knows():
    from tools import run

    assert PYTHONS[0] == ".".join(map(str, run.OLDEST))
    assert PYTHONS[-1] == ".".join(map(str, run.NEWEST))
    pinned = {download.archive_name(one.system, one.machine) for one in PLATFORMS.values()}
    assert pinned <= set(checksums.PINS)


def test_the_kit_is_what_git_has_and_nothing_of_its_user():
    found = {path.as_posix() for path in kit.files()}
    assert {"README.md", "tools/run.py", "notebooks/00_start.ipynb", ".ci/run"} <= found
    assert not [
        name for name in found if name.split("/")[0] in (".venv", ".kit", "build", "bundle")
    ]


# Making it


@pytest.fixture
def small(monkeypatch, tmp_path):
    """A lock of two packages, for the kit and for what is made of it."""
    entries = re.split(r"\n(?=\w)", LOCK.read_text("utf-8"))
    few = [entry for entry in entries if entry.startswith(tuple(f"{name}==" for name in SMALL))]
    assert len(few) == len(SMALL)
    checkout = tmp_path / "kit"
    checkout.mkdir()
    lock = checkout / "requirements.lock"
    lock.write_text("\n".join(few) + "\n", "utf-8")
    for module in (wheels, maker):
        monkeypatch.setattr(module, "LOCK", lock)
    monkeypatch.setattr(maker, "SPACE", 0)
    return checkout


@pytest.fixture
def cli(monkeypatch, tmp_path):
    """A CLI that is installed, and no way to download one."""
    folder = tmp_path / "engine" / VERSION / "bin"
    folder.mkdir(parents=True)
    for name in ("pulumi", "pulumi-language-python", "something-else"):
        (folder / name).write_bytes(GOOD)
        (folder / name).chmod(0o755)
    monkeypatch.setenv("KIT_ENGINE_DIR", str(tmp_path / "engine"))
    monkeypatch.setenv("KIT_PULUMI_URL", "http://127.0.0.1:9")
    return folder


@pytest.fixture
def unpacked(small, cli, tmp_path, capsys):
    """A bundle of two wheels and a stand-in's CLI, as it lies in the kit's folder."""
    if NAME not in PLATFORMS:
        pytest.skip(f"there is no bundle for {NAME}: use Linux, Windows, or macOS on Apple's chips")
    archive = maker.make(NAME, [PYTHON], tmp_path / "out")
    assert capsys.readouterr().out.endswith(
        maker.INSTALL.format(archive=archive.name, name=maker.NAME) + "\n"
    )
    with tarfile.open(archive) as opened:
        modes = {entry.name: entry.mode for entry in opened}
        assert {entry.uid for entry in opened} == {0}
        # Debian's Python 3.11.2 knows no filters yet.
        safe = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        opened.extractall(tmp_path / "learner", **safe)
    assert set(modes.values()) == {0o644, 0o755}
    assert modes[f"{maker.NAME}/.ci/run"] == 0o755 and modes[f"{maker.NAME}/README.md"] == 0o644
    assert os.listdir(tmp_path / "out") == [archive.name]
    whole = tmp_path / "learner" / maker.NAME
    assert (whole / "tools" / "run.py").read_bytes() == (ROOT / "tools" / "run.py").read_bytes()
    shutil.move(whole / "bundle", small / "bundle")
    return small


@posix
def test_the_clis_files_are_packed_where_it_cannot_be_downloaded(unpacked, monkeypatch, tmp_path):
    found = bundle.find(unpacked)
    monkeypatch.setattr(bundle, "CHECKOUT", unpacked)
    monkeypatch.setenv("KIT_BUNDLE", str(unpacked / "bundle"))
    monkeypatch.setenv("KIT_ENGINE_DIR", str(tmp_path / "theirs"))
    monkeypatch.setattr(bundle, "refuse", lambda *_: None)  # of another lock than this kit's
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    taken = engine.ensure(progress=False)
    assert "taken from the bundle now" in taken.describe()
    assert sorted(os.listdir(taken.path.parent)) == ["pulumi", "pulumi-language-python"]
    shutil.rmtree(tmp_path / "theirs")
    found.pulumi.write_bytes(b"half")
    with pytest.raises(EngineError, match="is damaged. Fix: unpack the bundle's archive again"):
        engine.ensure(progress=False)


INSTALL = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from tools import environment, packages
from tools.environment import Environment
env = Environment(Path(sys.argv[2]))
environment.make(env)
lock = Path(sys.argv[3])
packages.install(env.python, Path(sys.argv[4]), lock.parent)  # as the hub's, which lies elsewhere
packages.install(env.python, lock)
"""


@pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0 or not shutil.which("unshare"),
    reason="Linux as root only: a network without a route; sudo apt-get install util-linux",
)
def test_set_up_takes_all_from_it_where_there_is_no_route(unpacked, tmp_path):
    """Not even this machine's own address can be reached in there."""
    command = [sys.executable, "-c", INSTALL, str(ROOT), str(tmp_path / "venv")]
    lock = unpacked / "requirements.lock"
    (tmp_path / "hub.lock").write_text(
        re.split(r"\n(?=\w)", lock.read_text("utf-8"))[0] + "\n", "utf-8"
    )
    done = subprocess.run(
        ["unshare", "--net", *command, str(lock), str(tmp_path / "hub.lock")],
        capture_output=True,
        text=True,
        timeout=240,
        env={**os.environ, "PIP_NO_CACHE_DIR": "1", "PIP_INDEX_URL": "http://127.0.0.1:9/simple"},
    )
    assert done.returncode == 0, done.stderr + done.stdout
    assert done.stdout.count(f"Taking all packages from {unpacked / 'bundle'}") == 2
    installed = {path.name.partition("-")[0] for path in (tmp_path / "venv").rglob("*.dist-info")}
    assert set(SMALL) <= installed


@posix
def test_pulumis_own_archive_is_taken_where_it_can_be_had(monkeypatch, tmp_path):
    platform_of = PLATFORMS["linux-arm64"]
    name = download.archive_name(platform_of.system, platform_of.machine)
    body = tarball({"pulumi/pulumi": GOOD})
    monkeypatch.setitem(checksums.PINS, name, hashlib.sha256(body).hexdigest())
    with server({name: body}) as (url, _):
        monkeypatch.setenv("KIT_PULUMI_URL", url)
        assert kit.put_cli(platform_of, False, tmp_path).read_bytes() == body


def test_a_cli_for_another_platform_is_not_made_up(monkeypatch, tmp_path):
    monkeypatch.setenv("KIT_PULUMI_URL", "http://127.0.0.1:9")
    with pytest.raises(Problem, match=r"no Pulumi CLI for this platform: .*\nfix: connect to"):
        kit.put_cli(PLATFORMS["macos-arm64"], False, tmp_path)
    assert os.listdir(tmp_path) == []


def test_a_package_that_does_not_come_leaves_nothing(small, cli, monkeypatch, tmp_path):
    nowhere = {"PIP_INDEX_URL": "https://nowhere.invalid/simple", "PIP_NO_CACHE_DIR": "1"}
    for name, value in {**nowhere, "PIP_CONFIG_FILE": os.devnull, "PIP_FIND_LINKS": ""}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(Problem, match="could not be fetched: pip does not reach the package index"):
        maker.make("linux-x86_64", ["3.12"], tmp_path / "out")
    assert os.listdir(tmp_path / "out") == []


# What does not fit


def put(checkout, **changed):
    """A bundle that fits, but for what is changed."""
    folder = checkout / "bundle"
    folder.mkdir(parents=True)
    (checkout / "requirements.lock").write_text("one==1\n", "utf-8")
    about = {
        "machine": [platform.system(), platform.machine()],
        "pythons": [PYTHON],
        "lock": bundle.digest(checkout / "requirements.lock"),
        "pulumi": {"name": "x.tar.gz", "sha256": "0"},
    }
    (folder / bundle.ABOUT).write_text(json.dumps({**about, **changed}), "utf-8")
    return folder


def test_without_a_bundle_everything_is_fetched(monkeypatch, tmp_path):
    monkeypatch.delenv("KIT_BUNDLE", raising=False)
    assert bundle.find(tmp_path) is None


def test_one_that_fits_is_found_here_or_where_the_variable_says(monkeypatch, tmp_path):
    folder = put(tmp_path / "stick")
    shutil.copy(tmp_path / "stick" / "requirements.lock", tmp_path)
    monkeypatch.delenv("KIT_BUNDLE", raising=False)
    assert bundle.find(tmp_path / "stick").wheels == folder / "wheels"
    assert bundle.find(tmp_path) is None
    monkeypatch.setenv("KIT_BUNDLE", str(folder))
    assert bundle.find(tmp_path).pulumi == folder / "pulumi" / "x.tar.gz"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"machine": ["Darwin", "arm64"]}, r"is for Darwin arm64, and this machine is .*\nfix: ask for"),
        ({"pythons": ["3.9", "2.7"]}, r"has packages for Python 3\.9, 2\.7, and this is Python .*\nfix: "),
        ({"lock": "0"}, r"is of another version of this kit\.\nfix: use the kit that came with it"),
        ({"pulumi": None}, r"is no whole bundle \(TypeError: .*\)\.\nfix: unpack"),
    ],
    ids=["platform", "python", "kit", "half"],
)  # fmt: skip
def test_one_that_does_not_fit_is_refused_with_the_fix(monkeypatch, tmp_path, changed, said):
    monkeypatch.delenv("KIT_BUNDLE", raising=False)
    put(tmp_path, **changed)
    with pytest.raises(bundle.BundleError, match=said):
        bundle.find(tmp_path)


def test_a_folder_that_is_named_and_not_there_is_an_error(monkeypatch, tmp_path):
    monkeypatch.setenv("KIT_BUNDLE", str(tmp_path / "no-stick"))
    with pytest.raises(bundle.BundleError, match="no-stick is no whole bundle"):
        bundle.find(tmp_path)
