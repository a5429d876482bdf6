"""Settings from a notebook are the stack's configuration, and only those that there are."""

import pytest
import yaml

from lab.errors import LabError
from lab.session import session
from lab.setting.configure import configure, known


class Stack:
    def __init__(self):
        self.config = {}

    def configure(self, chosen):
        self.config |= chosen


def test_a_setting_is_written_as_pulumi_has_it(monkeypatch, capsys):
    stack = Stack()
    monkeypatch.setattr(session, "current", lambda: type("S", (), {"stack": stack}))
    configure(instances=2, stream=True, canaryPercent=None)
    assert stack.config == {
        "gateway:instances": "2",
        "gateway:stream": "true",
        "gateway:canaryPercent": None,
    }
    assert "gateway:canaryPercent = 0" in capsys.readouterr().out
    assert yaml.safe_dump(known())


def test_a_setting_that_there_is_not_is_refused_by_name():
    with pytest.raises(LabError, match="has no setting 'instance'"):
        configure(instance=2)
