"""Whose stack it is: its name, and the tag of all that is in it."""

import pytest

from lab.errors import LabError
from lab.session import owner, ready


def test_a_learner_in_a_room_has_a_stack_and_a_tag_of_their_name(monkeypatch):
    monkeypatch.delenv("KIT_STACK", raising=False)
    monkeypatch.setenv("KIT_LEARNER", "ada")
    assert ready.stack_name("aws") == "ada-aws" and ready.stack_name("sandbox") == "ada"
    assert ready.stack_name("aws", "first-look-aws") == "first-look-aws"  # as panels name it
    assert ready.learner_tags() == {"aws:defaultTags": {"tags": {"learner": "ada"}}}
    monkeypatch.setenv("KIT_STACK", "other")
    assert ready.stack_name("sandbox") == "other"
    monkeypatch.delenv("KIT_STACK")
    monkeypatch.setenv("KIT_LEARNER", "Ada & Bob")
    with pytest.raises(LabError, match="is no name for a stack"):
        ready.stack_name("sandbox")
    monkeypatch.delenv("KIT_LEARNER")
    assert ready.stack_name("sandbox") == "course" and ready.learner_tags() == {}


def test_a_folder_of_the_kit_has_an_id_that_stays(tmp_path):
    first = owner.owner(tmp_path)
    assert len(first) == 16 and owner.owner(tmp_path) == first
    assert owner.owner(tmp_path / "another") != first
    owner.keep(tmp_path, "0" * 16)  # there is one
    assert owner.owner(tmp_path) == first
    (tmp_path / "owner").unlink()
    owner.keep(tmp_path, None)
    assert not (tmp_path / "owner").exists()
    owner.keep(tmp_path, "0" * 16)
    assert owner.owner(tmp_path) == "0" * 16
    (tmp_path / "owner").write_bytes(b"\xff cut")
    assert owner.owner(tmp_path) not in ("", first)
