"""Chapter 12's gateway, deployed for real: teams, limits, logs. Rooms that call it share one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from lab.session import session
from sandbox import cloud
from tests.lab.session.stacks import load_sdk


@pytest.fixture(scope="session")
def chapter_12(tmp_path_factory) -> Iterator[tuple[dict[str, str], Any]]:
    """Deploy it in a sandbox of its own; the environment that reaches it, and its session."""
    load_sdk()
    before, own = dict(os.environ), session.own_names
    home = tmp_path_factory.mktemp("kit")
    os.environ["KIT_HOME"] = str(home)
    for name in ("KIT_STACK", "KIT_TARGET"):
        os.environ.pop(name, None)
    session.own_names = dict
    try:
        opened = session.open_session(12)
        session.up()
        reaching = dict(os.environ)
        _leave(before, own)
        yield reaching, opened
    finally:
        _leave(before, own)
        cloud.stop(home)


@pytest.fixture
def gateway(chapter_12) -> Iterator[tuple[Any, dict[str, str]]]:
    """The gateway's outputs and the teams' keys, in a notebook whose session is open."""
    before, own = dict(os.environ), session.own_names
    reaching, opened = chapter_12
    os.environ.clear()
    os.environ.update(reaching)
    session.own_names, session._session = dict, opened
    outputs = session.outputs()
    try:
        yield outputs, outputs["team_keys"].reveal()
    finally:
        _leave(before, own)


def _leave(environ: dict[str, str], own: Any) -> None:
    session.own_names, session._session = own, None
    os.environ.clear()
    os.environ.update(environ)
