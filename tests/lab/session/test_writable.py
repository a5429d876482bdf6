"""A kit's folder that cannot be used is told with the way out."""

import errno
import os
import sys

import pytest

from lab.errors import NotReady
from lab.session import target, turns
from lab.session.stack import Stack
from lab.session.state import Lock
from sandbox import passphrase
from sandbox.home import cannot_write

FIX = "set KIT_HOME to a folder of yours"


@pytest.fixture
def home(tmp_path):
    """A place where no folder can be made, for root neither."""
    (tmp_path / "file").write_text("")
    return tmp_path / "file" / "kit"


def test_a_stack_in_a_folder_that_cannot_be_made_names_the_setting(home):
    with pytest.raises(NotReady, match="Cannot write to") as raised:
        Stack("course", home, command=None).prepare()
    assert FIX in raised.value.fix


@pytest.mark.skipif(sys.platform == "win32", reason="flock")
@pytest.mark.parametrize("code", [errno.ENOLCK, errno.EROFS, errno.ESTALE])
def test_a_stack_on_a_disk_without_locks_names_the_setting(tmp_path, monkeypatch, code):
    def refuse(*_):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr("fcntl.flock", refuse)
    with pytest.raises(NotReady, match=os.strerror(code)) as raised:
        Stack("course", tmp_path / "kit", command=None).prepare()
    assert FIX in raised.value.fix


@pytest.mark.parametrize("name", ["sandbox", "aws"])
def test_a_target_that_cannot_write_names_the_setting(home, monkeypatch, name):
    if name == "aws":
        monkeypatch.setitem(target.TARGETS, "aws", lambda home, *_: target.private_pulumi(home))
    with pytest.raises(NotReady, match="Cannot write to") as raised:
        target.reach(name, home, lambda text: None)
    assert FIX in raised.value.fix


@pytest.mark.parametrize(
    ("system", "set_home", "remove"),
    [("linux", "export KIT_HOME=~/", "rm "), ("win32", "$env:KIT_HOME = ", "Remove-Item ")],
)
def test_commands_in_messages_are_of_the_users_shell(
    tmp_path, monkeypatch, system, set_home, remove
):
    lock = Lock(pid=1, path=tmp_path / "lock")
    monkeypatch.setattr(sys, "platform", system)
    said = [
        cannot_write(tmp_path, OSError(errno.EROFS, "Read-only")),
        turns._remove(lock),
        passphrase._lost(tmp_path / "passphrase", "is gone", ["course"]),
    ]
    monkeypatch.undo()
    assert set_home in said[0]
    assert all(remove in text for text in said[1:])


def test_any_other_error_of_the_system_is_not_taken_for_this_one(tmp_path, monkeypatch):
    def fail(home, say, check):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setitem(target.TARGETS, "aws", fail)
    with pytest.raises(OSError, match="No space left"):
        target.reach("aws", tmp_path, lambda text: None)
