"""The two lists of packages agree, and the pins that code repeats are the same."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
import yaml

from sandbox import engine
from sandbox.engine import build, plugins

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PINS = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]
LOCKED = dict(
    re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
)


@pytest.mark.parametrize("pin", PINS)
def test_every_dependency_is_pinned_and_the_lock_has_the_same_version(pin):
    name, version = pin.split("==")
    assert LOCKED[name] == version


def test_every_package_of_the_lock_has_hashes():
    text = (ROOT / "requirements.lock").read_text()
    entries = re.split(r"\n(?=[a-z0-9])", text.strip())
    assert len(entries) > 100
    assert [e.splitlines()[0] for e in entries if "--hash=sha256:" not in e] == []


@pytest.mark.parametrize("lock", ["requirements.lock", "teach/hub/requirements.lock"])
def test_what_only_makes_jupyter_start_slowly_is_left_out(lock):
    names = re.findall(r"^([a-z0-9-]+)==", (ROOT / lock).read_text(), re.MULTILINE)
    assert "jsonschema" in names and not {"rfc3987-syntax", "lark"} & set(names)


def test_conda_brings_python_and_pip_and_leaves_packages_to_the_lock():
    listed = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    assert [re.split("[=<>]", each)[0] for each in listed] == ["python", "pip"]


def test_condas_python_is_one_that_the_project_allows():
    listed = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    assert "python=3.12" in listed
    assert PROJECT["requires-python"] == ">=3.10,<3.15"


def test_the_engine_and_its_plugin_have_the_versions_of_their_python_packages():
    assert LOCKED["pulumi"] == engine.VERSION
    assert LOCKED["pulumi-aws"] == plugins.AWS_VERSION


def test_the_engines_module_pins_its_version_and_all_it_needs():
    module = (build.MODULE / "go.mod").read_text()
    assert f"require github.com/pulumi/pulumi/pkg/v3 v{engine.VERSION}\n" in module
    sums = (build.MODULE / "go.sum").read_text()
    needed = re.findall(r"^\t(\S+) (v\S+)", module, re.MULTILINE)
    assert len(needed) > 100
    assert [n for n in needed if f"{n[0]} {n[1]}/go.mod h1:" not in sums] == []
