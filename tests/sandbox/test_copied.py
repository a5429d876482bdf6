"""A home that was copied gets what must be its own; one that was moved keeps all."""

import os
import shutil

import pytest

from sandbox import copied, root_key
from sandbox.home import Home, read_json, write_json
from sandbox.record import CloudError, reach


@pytest.fixture
def home(tmp_path):
    place = Home(tmp_path / "one")
    place.path.mkdir()
    assert copied.settle(place) == ""
    write_json(place.ports, {"port": 21_000, "provider_port": 21_001})
    write_json(place.record, {"port": 21_000, "token": "t", "home": str(place.path)})
    root_key.ensure(place)
    return place


def copy(home, to):
    shutil.copytree(home.path, to)
    return Home(to)


def test_a_home_where_it_was_is_left_alone(home):
    before = {file.name: file.read_bytes() for file in home.path.iterdir()}
    assert copied.settle(home) == ""
    assert {file.name: file.read_bytes() for file in home.path.iterdir()} == before


def test_a_copy_gets_ports_and_a_key_of_its_own_and_says_so(home, tmp_path):
    other = copy(home, tmp_path / "two")
    assert copied.settle(other).startswith(f"This kit's folder is a copy of {home.path}: ")
    assert not other.ports.exists() and not other.record.exists()
    assert root_key.ensure(other) != root_key.read(home)
    assert copied.settle(other) == copied.settle(home) == ""
    assert read_json(home.ports)["port"] == 21_000


def test_a_home_that_was_moved_keeps_its_urls(home, tmp_path):
    home.path.rename(tmp_path / "moved")
    moved = Home(tmp_path / "moved")
    assert copied.settle(moved) == ""
    assert read_json(moved.ports)["port"] == 21_000


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="Windows has no numbers of users")
def test_a_prepared_home_of_another_user_is_a_copy_though_it_cannot_be_seen(home, monkeypatch):
    monkeypatch.setattr(copied, "_user", lambda: os.geteuid() + 1)
    assert "a copy of" in copied.settle(home)
    assert not home.root_key.exists()


def test_the_record_of_another_home_is_nobodys(home, tmp_path, monkeypatch):
    other = copy(home, tmp_path / "two")
    monkeypatch.setattr("sandbox.record.health", lambda port, token: pytest.fail("was asked"))
    assert reach(other) is None


def test_two_versions_of_the_kit_with_one_home_do_not_meet(home, tmp_path, monkeypatch):
    other = tmp_path / "newer"
    monkeypatch.setattr(copied, "CHECKOUT", other)
    with pytest.raises(CloudError, match=r"belongs to the kit in .* Fix: unset KIT_HOME"):
        copied.settle(home)
    assert read_json(home.ports)["port"] == 21_000


def test_a_kit_that_was_moved_keeps_its_home(home, tmp_path, monkeypatch):
    there = read_json(home.path / copied.NAME)
    write_json(home.path / copied.NAME, {**there, "kit": str(tmp_path / "gone")})
    assert copied.settle(home) == ""
    assert read_json(home.path / copied.NAME) == there
    assert read_json(home.ports)["port"] == 21_000
