"""A sandbox whose home, or whose record, is deleted ends: nobody would find it again."""

import shutil

import botocore.exceptions
import psutil
import pytest

from sandbox import cloud
from sandbox.home import Home
from tests.sandbox.removing import remove
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
    remove(home)
    assert psutil.wait_procs(family, PATIENCE)[1] == []
    assert not home.exists()


def test_a_sandbox_without_its_record_ends_and_what_it_acknowledged_is_there(home):
    account = Account(cloud.start(home))
    account.iam.create_group(GroupName="one")
    Home(home).record.unlink()
    psutil.Process(account.running.pid).wait(PATIENCE)
    again = Account(cloud.start(home))
    assert again.iam.get_group(GroupName="one")
    assert again.running.generation != account.running.generation  # it may lack its last metrics


@pytest.mark.parametrize("lost", ["home", "record"])
def test_the_next_sandbox_is_left_alone_by_the_one_that_lost_its_home(home, lost):
    old = Account(cloud.start(home))
    old.iam.create_group(GroupName="old")
    if lost == "home":
        remove(home)
    else:
        Home(home).record.unlink()
    new = Account(cloud.start(home))
    assert new.running.pid != old.running.pid
    new.iam.create_group(GroupName="new")
    kept = Home(home).tmp / "mine"
    kept.touch()
    with pytest.raises(
        botocore.exceptions.ClientError, match="home of this sandbox was taken away"
    ):
        old.iam.create_group(GroupName="late")
    psutil.Process(old.running.pid).wait(PATIENCE)
    assert kept.exists()
    assert Home(home).record.exists()
    cloud.stop(home)
    again = Account(cloud.start(home))
    groups = {group["GroupName"] for group in again.iam.list_groups()["Groups"]}
    assert groups == ({"new"} if lost == "home" else {"old", "new"})


def test_a_temporary_folder_that_somebody_tidied_away_is_made_again(home):
    account = Account(cloud.start(home))
    function = account.function("import os\ndef handler(event, context):\n    return 1\n")
    shutil.rmtree(Home(home).tmp)
    answer = account.functions.invoke(FunctionName=function)
    assert (answer["StatusCode"], answer["Payload"].read()) == (200, b"1")
