"""However a sandbox ends, its instances end with it; a group launches anew when it is back."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import psutil
import pytest
import requests

from sandbox import cloud, proof
from tests.sandbox.server.conftest import Account
from tests.sandbox.server.farms import Farm, build, raze, until


def processes(home: Path) -> list[int]:
    """The programs of all instances of a home."""
    return [
        process.pid
        for process in psutil.process_iter(["cmdline"])
        if any(str(home / "cloud/tmp/instances") in word for word in process.info["cmdline"] or ())
    ]


def again(home: Path, farm: Farm, gone: int) -> Farm:
    """The farm in the sandbox that is started again: other instances, at other addresses."""
    until(lambda: processes(home) == [] and not psutil.pid_exists(gone))
    farm = Farm(Account(cloud.start(home)), farm.name, farm.balancer, farm.group, farm.listener, farm.template)  # fmt: skip
    farm.wait_for("healthy")
    return farm


def test_no_instance_outlives_its_sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIT_PROVIDER", "0")
    running = cloud.start(tmp_path)
    farm = build(Account(running))
    farm.wait_for("healthy")
    first, who = farm.instances[0]["InstanceId"], farm.call().json()["who"]
    assert len(processes(tmp_path)) == 1
    cloud.stop(tmp_path)
    farm = again(tmp_path, farm, who)
    second, who = farm.instances[0]["InstanceId"], farm.call().json()["who"]
    assert first != second and list(farm.health()) == [second]
    assert "the sandbox was started again" in farm.activities()[0]["Cause"]
    os.kill(farm.account.running.pid, signal.SIGKILL)
    farm = again(tmp_path, farm, who)
    assert farm.instances[0]["InstanceId"] not in (first, second)
    who = farm.call().json()["who"]
    farm.scale(2)
    raze(farm)  # one has only begun to boot
    until(lambda: processes(tmp_path) == [])
    until(lambda: list((tmp_path / "cloud/tmp/instances").iterdir()) == [])
    assert not psutil.pid_exists(who)
    ec2 = farm.client("ec2")
    assert ec2.describe_volumes()["Volumes"] == []
    farm = build(farm.account)
    farm.wait_for("healthy")
    running, path = farm.account.running, "/_ministack/reset"
    headers = {proof.HEADER: proof.of_request(running.token, "POST", path)}
    assert requests.post(running.endpoint + path, headers=headers, timeout=10).ok
    until(lambda: processes(tmp_path) == [])
    cloud.stop(tmp_path)
