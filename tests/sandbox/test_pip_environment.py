"""Set-up's packages come from where the user says, and go where the kit says."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox import pip_environment
from sandbox.engine import EngineError, build
from sandbox.engine.progress import Progress
from tests.sandbox.proxy import company, proxy
from tools import machine, packages
from tools.environment import Environment

NAME = "kit_probe"


@pytest.fixture(scope="module")
def bare(tmp_path_factory) -> Path:
    """The Python of an environment that has pip and nothing else."""
    folder = tmp_path_factory.mktemp("bare") / "venv"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    return Environment(folder).python


@pytest.fixture(scope="module")
def mirror(tmp_path_factory) -> Path:
    """A company's folder of packages, with one in it, and the lock that wants it."""
    folder = tmp_path_factory.mktemp("mirror")
    wheel = folder / f"{NAME}-1.0-py3-none-any.whl"
    files = {
        f"{NAME}.py": "",
        f"{NAME}-1.0.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {NAME}\nVersion: 1.0\n",
        f"{NAME}-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: t\n"
        "Root-Is-Purelib: true\nTag: py3-none-any\n",
    }
    rows = []
    with zipfile.ZipFile(wheel, "w") as zipped:
        for name, text in files.items():
            zipped.writestr(name, text)
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=")
            rows.append(f"{name},sha256={digest.decode()},{len(text)}")
        record = f"{NAME}-1.0.dist-info/RECORD"
        zipped.writestr(record, "\n".join([*rows, f"{record},,"]) + "\n")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (folder / "lock").write_text(f"{NAME}==1.0 --hash=sha256:{digest}\n")
    return folder


@pytest.fixture(autouse=True)
def empty(monkeypatch, tmp_path, bare) -> Iterator[None]:
    """A shell without pip's variables, a home without files, an environment without the package."""
    for name in list(os.environ):
        if name.startswith("PIP_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    yield
    for left in bare.parent.parent.rglob(f"{NAME}*"):
        shutil.rmtree(left) if left.is_dir() else left.unlink()


def elsewhere(tmp_path: Path) -> dict[str, str]:
    """What changes where packages go, or whether."""
    folder = str(tmp_path / "elsewhere")
    return {
        "user": "1",
        "target": folder,
        "prefix": folder,
        "root": folder,
        "dry-run": "1",
        "require-virtualenv": "1",
        "constraint": str(tmp_path / "missing"),
        "report": str(tmp_path / "report.json"),
        "no-binary": ":all:",
        "platform": "win32",
        "quiet": "3",
        "python": str(tmp_path / "missing"),
    }


SETTINGS = sorted(elsewhere(Path()))


def assert_installed(python: Path) -> None:
    found = subprocess.check_output(
        [python, "-c", f"import {NAME}; print({NAME}.__file__)"], text=True
    )
    assert Path(found.strip()).is_relative_to(python.parent.parent)


def test_no_variable_of_pip_leads_the_packages_away(bare, mirror, tmp_path, monkeypatch):
    for setting, value in elsewhere(tmp_path).items():
        monkeypatch.setenv(f"PIP_{setting.upper().replace('-', '_')}", value)
    monkeypatch.setenv("PIP_FIND_LINKS", str(mirror))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    packages.install(bare, mirror / "lock")
    assert_installed(bare)


@pytest.mark.parametrize("setting", SETTINGS)
def test_each_of_them_alone_is_left_out(monkeypatch, tmp_path, setting):
    monkeypatch.setattr(pip_environment, "_files", lambda *_: {})
    name = f"PIP_{setting.upper().replace('-', '_')}"
    environ = {name: elsewhere(tmp_path)[setting], "PIP_INDEX_URL": "https://a.example"}
    found = pip_environment.environment(sys.executable, environ)
    assert name not in found
    assert found["PIP_INDEX_URL"] == "https://a.example"


@pytest.mark.parametrize("section", ["global", "install"])
def test_a_pip_conf_says_where_packages_come_from_and_nothing_else(bare, mirror, tmp_path, section):
    conf = tmp_path / "config" / "pip" / "pip.conf"
    conf.parent.mkdir(parents=True)
    # `python` would run the whole of pip elsewhere: nobody writes that into a file.
    away = {name: value for name, value in elsewhere(tmp_path).items() if name != "python"}
    conf.write_text(
        "\n".join([f"[{section}]", *(f"{name} = {value}" for name, value in away.items())])
        + f"\nno-index = true\nfind-links =\n    {tmp_path}\n    {mirror}\n"
    )
    packages.install(bare, mirror / "lock")
    assert_installed(bare)


def test_the_users_sources_stay_and_variables_come_before_files(tmp_path, monkeypatch):
    conf = tmp_path / "pip.conf"
    conf.write_text(
        "[global]\nindex-url = https://a.example\ncert = /ca.pem\ntimeout = 60\nuser = true\n"
        "[install]\ncert = /install.pem\ntarget = /elsewhere\n"
    )
    monkeypatch.setenv("PIP_CONFIG_FILE", str(conf))
    monkeypatch.setenv("PIP_INDEX_URL", "https://b.example")
    monkeypatch.setenv("PIP_TARGET", "/elsewhere")
    found = pip_environment.environment(sys.executable)
    pips = {name: value for name, value in found.items() if name.startswith("PIP_")}
    assert pips == {
        "PIP_INDEX_URL": "https://b.example",
        "PIP_CERT": "/install.pem",
        "PIP_TIMEOUT": "60",
        "PIP_CONFIG_FILE": os.devnull,
    }
    assert pip_environment.gives(found, "timeout")
    assert not pip_environment.gives(found, "retries")


def test_packages_of_another_python_do_not_count_as_installed(bare, mirror, tmp_path, monkeypatch):
    shutil.unpack_archive(mirror / f"{NAME}-1.0-py3-none-any.whl", tmp_path / "other", "zip")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "other"))
    monkeypatch.setenv("PIP_FIND_LINKS", str(mirror))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    packages.install(bare, mirror / "lock")
    monkeypatch.delenv("PYTHONPATH")
    assert_installed(bare)


def test_packages_are_fetched_through_the_proxy(bare, mirror, monkeypatch):
    with proxy() as (url, asked):
        for name, value in company(url).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("PIP_INDEX_URL", "http://index.example/simple")
        monkeypatch.setenv("PIP_TRUSTED_HOST", "index.example")
        with pytest.raises(machine.Problem, match=NAME):
            packages.install(bare, mirror / "lock")
    assert asked[0] == f"GET http://index.example/simple/{NAME.replace('_', '-')}/"


def test_a_damaged_pip_conf_is_told_with_the_fix(bare, mirror, tmp_path, monkeypatch):
    (tmp_path / "pip.conf").write_text("no section\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    with pytest.raises(machine.Problem, match=r"pip cannot read its settings: .*pip\.conf") as told:
        packages.install(bare, mirror / "lock")
    assert "fix: correct the file" in str(told.value)
    with pytest.raises(EngineError, match="pip cannot read its settings"):
        build._install_go(tmp_path, Progress("", quiet=True))
