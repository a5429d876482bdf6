"""A bundle from the trainer's server: fetched once, each file by its hash, into the kit's folder alone."""

import hashlib
import json
import platform
import sys

import pytest

from sandbox import bundle
from sandbox.sources import server as source
from tests.sandbox.standin import server

PYTHON = ".".join(map(str, sys.version_info[:2]))
MINE = "cp{}{}".format(*sys.version_info[:2])
FILES = {
    f"wheels/a-1-{MINE}-{MINE}-linux_x86_64.whl": b"mine",
    "wheels/b-1-cp39-abi3-linux_x86_64.whl": b"any",
    "wheels/c-1-py3-none-any.whl": b"pure",
    "wheels/d-1-cp38-cp38-linux_x86_64.whl": b"another's",
    "pulumi/cli.tar.gz": b"cli" * 1000,
}


@pytest.fixture
def checkout(tmp_path):
    (tmp_path / "requirements.lock").write_text("pins")
    return tmp_path


def listed(checkout, **changed):
    """The list of a bundle for this machine, and what a server has of it, by bare names."""
    about = {
        "machine": [platform.system(), platform.machine()], "pythons": [PYTHON],
        "lock": bundle.digest(checkout / "requirements.lock"),
        "pulumi": {"name": "cli.tar.gz", "sha256": hashlib.sha256(FILES["pulumi/cli.tar.gz"]).hexdigest()},
        "files": {name: hashlib.sha256(body).hexdigest() for name, body in FILES.items()},
        **changed,
    }  # fmt: skip
    bodies = {name.rpartition("/")[2]: body for name, body in FILES.items()}
    return {**bodies, bundle.ABOUT: json.dumps(about).encode()}


def test_what_this_python_needs_is_fetched_once_and_is_a_bundle(checkout, monkeypatch):
    with server(listed(checkout)) as (address, asked):
        monkeypatch.setenv("KIT_BUNDLE", f"{address}/room/bundle/")
        found = bundle.find(checkout)
        assert found.folder == checkout / "bundle" and found.pulumi.read_bytes() == b"cli" * 1000
        names = {path.name for path in found.wheels.iterdir()}
        assert len(names) == 3 and not any("cp38" in name for name in names)
        before = list(asked)
        assert len(before) == 5 and all(path.startswith("/room/bundle/") for path in before)
        assert bundle.find(checkout) == found and asked == before
    assert bundle.find(checkout) == found  # the server has gone home
    monkeypatch.delenv("KIT_BUNDLE")
    assert bundle.find(checkout) == found


def test_a_file_that_is_another_one_is_not_kept_and_the_rest_not_fetched_again(
    checkout, monkeypatch
):
    files = listed(checkout)
    with server({**files, "cli.tar.gz": b"another"}) as (address, _):
        monkeypatch.setenv("KIT_BUNDLE", address)
        with pytest.raises(bundle.BundleError, match=r"its hash differs.*\nfix: ask your trainer"):
            bundle.find(checkout)
    assert not list((checkout / "bundle").rglob("cli*"))
    assert not (checkout / "bundle" / bundle.ABOUT).exists()
    with server(files) as (address, asked):
        monkeypatch.setenv("KIT_BUNDLE", address)
        assert bundle.find(checkout)
        assert [path.rpartition("/")[2] for path in asked] == [bundle.ABOUT, "cli.tar.gz"]


@pytest.mark.parametrize(
    ("changed", "why"),
    [({"machine": ["Plan9", "mips"]}, "is for Plan9 mips"), ({"lock": "0"}, "another version"),
     ({"pythons": ["3.9"]}, "has packages for Python 3.9"), ({"files": None}, "is no list of a bundle"),
     ({"files": {"../../x": "0"}}, "which is no file of a bundle"),
     ({"files": {"/etc/x": "0"}}, "which is no file of a bundle"),
     ({"files": {"wheels/none.whl": "0"}}, "404")],
)  # fmt: skip
def test_what_does_not_fit_is_refused_before_it_is_fetched(checkout, monkeypatch, changed, why):
    with server(listed(checkout, **changed)) as (address, asked):
        monkeypatch.setenv("KIT_BUNDLE", address)
        with pytest.raises(bundle.BundleError, match=why):
            bundle.find(checkout)
        assert len(asked) <= 2
    assert not (checkout.parent / "x").exists()


def test_a_server_that_is_not_there_says_so(checkout, monkeypatch):
    monkeypatch.setenv("KIT_BUNDLE", "http://127.0.0.1:1/bundle")
    with pytest.raises(bundle.BundleError, match="cannot be fetched: .*refused"):
        bundle.find(checkout)


@pytest.mark.parametrize(
    ("name", "needed"),
    [(f"x-1-{MINE}-{MINE}-win_amd64.whl", True), ("x-1-cp38-cp38-any.whl", False),
     ("x-1-cp38-abi3-any.whl", True), ("x-1-py3-none-any.whl", True), ("x.tar.gz", True),
     ("x-1-cp38-cp38t-any.whl", False)],
)  # fmt: skip
def test_wheels_of_another_python_are_left_where_they_are(name, needed):
    assert source.needed(name) == needed
