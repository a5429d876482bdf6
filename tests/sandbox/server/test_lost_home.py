"""A sandbox whose home, or whose record, is deleted ends: nobody would find it again."""

import shutil

import psutil
import pytest

from sandbox import cloud
from sandbox.home import Home
from tests.sandbox.server.conftest import Account

PATIENCE = 10.0  # seconds


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("KIT_PROVIDER", "0")
    yield tmp_path / "kit"
    cloud.stop(tmp_path / "kit")


def test_a_sandbox_without_its_home_ends_and_does_not_bring_it_back(home):
    account = Account(cloud.start(home))
    account.iam.create_group(GroupName="one")
    function = account.function("import os\ndef handler(event, context):\n    return os.getpid()\n")
    account.functions.invoke(FunctionName=function)
    server = psutil.Process(account.running.pid)
    family = [server, *server.children(recursive=True)]
    assert len(family) > 1
    shutil.rmtree(home)
    assert psutil.wait_procs(family, PATIENCE)[1] == []
    assert not home.exists()


def test_a_sandbox_without_its_record_saves_and_ends(home):
    account = Account(cloud.start(home))
    account.client("cloudwatch").put_metric_data(
        Namespace="own", MetricData=[{"MetricName": "m", "Value": 1.0}]
    )
    Home(home).record.unlink()
    psutil.Process(account.running.pid).wait(PATIENCE)
    again = Account(cloud.start(home))
    assert again.client("cloudwatch").list_metrics(Namespace="own")["Metrics"]
    assert again.running.generation == account.running.generation
