"""`make lint` holds: each of its commands ends without a finding."""

import subprocess
import sys

import pytest

from tools import run

COMMANDS = run.JOBS["lint"][1]


def test_lint_has_its_four_commands():
    assert [command[1] for command in COMMANDS] == ["ruff", "ruff", "mypy", "tools.lint"]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_nothing_is_found(command):
    done = subprocess.run([sys.executable, *command], cwd=run.ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
