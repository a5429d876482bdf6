"""A notebook on a company's machine: proxies, a profile, a netrc file, a Pulumi of its own."""

import ast
import sys
from collections.abc import Iterator

import pytest

from sandbox import cloud
from sandbox.engine.cli import versions_folder
from tests.lab.session import stacks
from tests.sandbox.proxy import ASTRAY, company, echo, proxy

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="HOME")

THEIRS = {
    "AWS_PROFILE": "nobody",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    "AWS_ENDPOINT_URL_LAMBDA": "https://lambda.us-east-1.amazonaws.com",
    "AWS_BEARER_TOKEN_BEDROCK": "theirs",
}
DEPLOY = "from lab import start, up, outputs\nstart(1)\nup(1)\nprint(dict(outputs()))"
CALLS = """
from tests.sandbox import clients
print(clients.main({here!r}))
"""


@pytest.fixture
def address(tmp_path, monkeypatch) -> Iterator:
    """The proxy's address and what it was asked for; the kernel's environment is prepared."""
    monkeypatch.setenv("KIT_ENGINE_DIR", str(versions_folder()))
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".netrc").write_text("default login ada password secret\n")
    for name in ("KIT_STACK", "KIT_TARGET", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    home = {"PULUMI_HOME": str(tmp_path / "theirs")}
    with proxy() as (url, asked):
        for name, value in {**company(url), **THEIRS, **ASTRAY, **home}.items():
            monkeypatch.setenv(name, value)
        yield asked
    cloud.stop(tmp_path / "kit")


def test_start_and_up_and_every_client_of_a_cell_reach_this_machine_directly(tmp_path, address):
    notebook = stacks.notebook(tmp_path / "kit")
    try:
        deployed = notebook.run(DEPLOY, timeout=120)
        assert deployed["status"] == "ok", deployed["shown"]
        for told in ("no_proxy and NO_PROXY have", "ALL_PROXY is left out", "NETRC is"):
            assert deployed["shown"].count(told) == 1, deployed["shown"]
        assert address == []
        with echo() as here:
            called = notebook.run(CALLS.format(here=here), timeout=60)
        assert ast.literal_eval(called["parts"]["stdout"]) == {
            "requests": "Bearer blue-key",
            "localhost": "Bearer blue-key",
            "openai": "Bearer blue-key",
            "account": "000000000000",
            "roles": 200,
            "grpc": True,
        }
        assert address == ["GET http://outside.example/"]
        assert "role_arn" in deployed["parts"]["stdout"]
    finally:
        notebook.close()
    kit = tmp_path / "kit"
    assert (kit / "backend" / ".pulumi" / "stacks" / "gateway" / "course.json").is_file()
    assert not (tmp_path / "theirs").exists()
