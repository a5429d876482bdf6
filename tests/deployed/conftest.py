"""The whole gateway, deployed once to a sandbox of its own: real engine, provider, cloud, model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
import requests
import yaml

from lab.session import session
from tests import chapters
from tests.lab.session.stacks import as_notebook

# Limits that tests of something else do not meet.
ROOMY = {
    "gateway:teamRate": "500",
    "gateway:teamBurst": "500",
    "gateway:teamQuota": "100000",
    "gateway:stageRate": "1000",
    "gateway:stageBurst": "1000",
    "gateway:promptRate": "1000",
    "gateway:promptBurst": "1000",
    "gateway:tokensPerDay": "1000000",
}


@dataclass
class Deployed:
    """The gateway as it stands: where it is, its keys, and how to change it."""

    outputs: dict[str, Any]
    keys: dict[str, str]
    deploy: Callable[..., Any]

    @property
    def base_url(self) -> str:
        """What clients of OpenAI want."""
        return self.outputs["invoke_url"]

    def headers(self, team: str = "blue") -> dict[str, str]:
        """A team's key, as callers send it."""
        return {"Authorization": f"Bearer {self.keys[team]}"}

    def post(self, path: str, body: Any, team: str = "blue", **more: Any) -> requests.Response:
        """A call with a team's key."""
        return requests.post(
            self.base_url + path, json=body, headers=self.headers(team), timeout=60, **more
        )

    def client(self, service: str) -> Any:
        """A client of the sandbox's AWS."""
        return boto3.client(service)

    def spent_tokens(self) -> int:
        """What the budget's table says that all keys have used, or have been promised."""
        items = self.client("dynamodb").scan(TableName=self.outputs["budget_table"])["Items"]
        return sum(int(item["taken"]["N"]) for item in items)


@pytest.fixture(scope="package")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A kit's folder with its sandbox, for all tests of this folder."""
    home = tmp_path_factory.mktemp("deployed")
    with as_notebook(home):
        yield home


def opened(
    cells: dict[str, Any], config: dict[str, str], chapter: int = chapters.DIALECTS
) -> Deployed:
    """Deploy the chapters up to this one with these cells and this configuration."""
    session.own_names = lambda: cells
    stack = session.open_session(chapter).stack
    stack.config = {**stack.config, **ROOMY, **config}
    settings = stack.workspace / f"Pulumi.{stack.name}.yaml"
    known = yaml.safe_load(settings.read_text("utf-8"))
    settings.write_text(yaml.safe_dump({**known, "config": stack.config}), "utf-8")
    session.up(chapter)
    outputs = session.outputs()
    keys = outputs["team_keys"].reveal()
    return Deployed(dict(outputs), keys, lambda cells={}, **config: opened(cells, config))


@pytest.fixture(scope="package")
def whole(kit: Any) -> Deployed:
    """The gateway as the program has it, with room."""
    return opened({}, {})


@pytest.fixture
def changed(whole: Deployed) -> Iterator[Callable[..., Deployed]]:
    """Deploy the gateway with a changed configuration or step; afterwards it is as it was."""

    def deploy(cells: dict[str, Any] | None = None, **config: str) -> Deployed:
        return opened(cells or {}, {f"gateway:{name}": value for name, value in config.items()})

    yield deploy
    opened({}, {})
