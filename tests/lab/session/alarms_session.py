"""Chapter 16's gateway, deployed for real: teams, limits, logs. Rooms that call it share one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from lab.session import session
from tests import chapters
from tests.lab.session.stacks import as_notebook, leave


@pytest.fixture(scope="session")
def alarms_session(tmp_path_factory) -> Iterator[tuple[dict[str, str], Any]]:
    """Deploy it in a sandbox of its own; the environment that reaches it, and its session."""
    before, own = dict(os.environ), session.own_names
    with as_notebook(tmp_path_factory.mktemp("kit")):
        opened = session.open_session(chapters.ALARMS)
        session.up()
        reaching = dict(os.environ)
        leave(before, own)
        yield reaching, opened


@pytest.fixture
def gateway(alarms_session) -> Iterator[tuple[Any, dict[str, str]]]:
    """The gateway's outputs and the teams' keys, in a notebook whose session is open."""
    before, own = dict(os.environ), session.own_names
    reaching, opened = alarms_session
    os.environ.clear()
    os.environ.update(reaching)
    session.own_names, session._session = dict, opened
    outputs = session.outputs()
    try:
        yield outputs, outputs["team_keys"].reveal()
    finally:
        leave(before, own)
