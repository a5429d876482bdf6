"""What a bundle brings for a hub: the proxy packed as npm made it, packages from the folder, no network."""

import json
import os
import platform
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from sandbox import bundle
from tools.machine import Problem
from tools.workshop import bundle as maker
from tools.workshop.hub import brought
from tools.workshop.hub.place import DEFAULT, TEACH


@pytest.fixture
def kit(tmp_path, monkeypatch):
    """A kit with a bundle that fits it, and in it the hub's part as `pack` made it, by an npm of two lines."""
    npm = tmp_path / "bin" / "npm"
    npm.parent.mkdir()
    npm.write_text(
        '#!/bin/sh\nwhile [ "$1" != --prefix ]; do shift; done\nmkdir -p "$2/node_modules/.bin"\n'
        'echo "$2" > "$2/node_modules/proxy.js"\n'
        'ln -s ../proxy.js "$2/node_modules/.bin/configurable-http-proxy"\n'
    )
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", f"{npm.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.delenv("KIT_BUNDLE", raising=False)
    folder = tmp_path / "kit" / "bundle"
    folder.mkdir(parents=True)
    (tmp_path / "kit" / "requirements.lock").write_text("one==1\n")
    about = {
        "machine": [platform.system(), platform.machine()],
        "pythons": [".".join(map(str, sys.version_info[:2]))],
        "lock": bundle.digest(tmp_path / "kit" / "requirements.lock"),
        "pulumi": {"name": "x.tar.gz", "sha256": "0"},
        "hub": brought.pack(folder),
    }
    (folder / bundle.ABOUT).write_text(json.dumps(about))
    monkeypatch.setattr(brought, "KIT", tmp_path / "kit")
    return tmp_path / "kit"


def changed(kit, **what):
    path = kit / "bundle" / bundle.ABOUT
    path.write_text(json.dumps({**json.loads(path.read_text()), **what}))


posix = pytest.mark.skipif(sys.platform == "win32", reason="a hub runs on Linux only")


@posix
def test_the_proxy_comes_out_of_it_as_npm_made_it(kit, tmp_path):
    target = tmp_path / "proxy"
    (target / "node_modules").mkdir(parents=True)
    (target / "node_modules" / "old.js").touch()
    archive = brought.found()
    assert archive == kit / "bundle" / brought.PROXY
    brought.unpack(archive, target)
    command = target / "node_modules" / ".bin" / "configurable-http-proxy"
    assert (
        command.is_symlink()
        and command.read_text()
        and not (target / "node_modules" / "old.js").exists()
    )
    for name in brought.NPM:  # what prepare compares
        assert (target / name).read_bytes() == (brought.TEACH / name).read_bytes()


@posix
@pytest.mark.parametrize(
    ("what", "said"),
    [({"hub": None}, r"has nothing for a hub\.\nfix: make it again, with make bundle ARGS=\"--hub\""),
     ({"hub": {"lock": "0", "proxy": "0"}}, r"another version of the hub\.\nfix: use the kit"),
     ({"machine": ["Plan9", "mips"]}, r"is for Plan9 mips"), ({}, r"is no whole bundle \(its hub/proxy\.tar\.gz .*\nfix: unpack")],
    ids=["none", "version", "platform", "half"],
)  # fmt: skip
def test_one_that_does_not_fit_says_the_fix(kit, what, said):
    changed(kit, **what)
    if not what:
        (kit / "bundle" / brought.PROXY).write_bytes(b"half")
    with pytest.raises(Problem, match=said):
        brought.found()


def test_without_a_bundle_npm_and_pip_fetch(tmp_path, monkeypatch):
    monkeypatch.delenv("KIT_BUNDLE", raising=False)
    monkeypatch.setattr(brought, "KIT", tmp_path)
    assert brought.found() is None


@posix
def test_no_npm_and_one_that_fails_say_the_fix(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Problem, match=r"npm is missing\.\nfix: apt-get install nodejs npm"):
        brought.install(tmp_path)
    (tmp_path / "npm").write_text("#!/bin/sh\necho no route >&2; exit 1\n")
    (tmp_path / "npm").chmod(0o755)
    with pytest.raises(
        Problem, match=r"could not fetch the hub's proxy: no route\nfix: connect to"
    ):
        brought.install(tmp_path)


def test_a_hub_is_for_linux(tmp_path):
    with pytest.raises(
        Problem, match=r"a hub runs on Linux, not on macos-arm64\.\nfix: leave --hub out"
    ):
        maker.make("macos-arm64", ["3.12"], tmp_path, hub=True)
    assert os.listdir(tmp_path) == []


def test_a_bundles_lines_put_the_kit_where_the_hubs_unit_looks_for_it(tmp_path):
    unit = (TEACH / "gateway-course.service").read_text("utf-8")
    assert f"WorkingDirectory={maker.HUB_KIT}\n" in unit and Path(maker.HUB_KIT) != DEFAULT
    archive = tmp_path / "a.tar"
    with tarfile.open(archive, "w") as opened:
        opened.add(TEACH / "gateway-course.service", f"{maker.NAME}/teach/hub/unit")
    lines = maker.INSTALL_HUB.format(archive=archive, name=maker.NAME, kit=tmp_path / "kit")
    first = lines.splitlines()[0].replace("sudo ", "")
    subprocess.run(first, shell=True, check=True)
    assert (tmp_path / "kit" / "teach" / "hub" / "unit").read_text("utf-8") == unit
