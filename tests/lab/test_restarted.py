"""What a page says of a missing name: after a restart, to run its first cell."""

import sys
from types import SimpleNamespace

import pytest

from lab import restarted


class Shell:
    """IPython's shell, as far as the extension uses it."""

    def __init__(self):
        self.taken, self.shown = (), None

    def set_custom_exc(self, kinds, handler):
        self.taken = kinds

    def showtraceback(self, found, tb_offset):
        self.shown = found


@pytest.mark.parametrize("folder, taken", [("notebooks", (NameError,)), ("gateway", ())])
def test_only_pages_of_the_course_are_served(monkeypatch, folder, taken):
    monkeypatch.chdir(restarted.ROOT / folder)
    shell = Shell()
    restarted.load_ipython_extension(shell)
    assert shell.taken == taken


@pytest.mark.parametrize(
    "session, said",
    [
        (None, restarted.NEW),
        (SimpleNamespace(is_open=lambda: False), restarted.NEW),
        (SimpleNamespace(is_open=lambda: True), restarted.MISSING),
    ],
)
def test_a_missing_name_is_shown_as_always_and_says_what_to_run(monkeypatch, capsys, session, said):
    monkeypatch.setitem(sys.modules, "lab.session.session", session)
    shell, error = Shell(), NameError("name 'up' is not defined")
    restarted.explain(shell, NameError, error, None)
    assert shell.shown == (NameError, error, None)
    assert capsys.readouterr().err == f"{said}\n"
