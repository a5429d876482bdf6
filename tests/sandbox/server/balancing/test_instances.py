"""Instances of a group: started from user data, checked, served through the balancer."""

from __future__ import annotations

import pytest

from tests.sandbox.server.balancing.conftest import until


@pytest.mark.quirk("instances")
def test_an_instance_starts_from_its_user_data_and_serves(farm):
    made = farm()
    made.wait_for("healthy")
    answer = made.call("/model?a=b")
    assert answer.status_code == 200, answer.text
    seen = answer.json()
    (instance,) = made.instances
    assert instance["LifecycleState"] == "InService"
    record = made.record(instance["InstanceId"])
    private = record["PrivateIpAddress"]
    assert private.startswith("172.31.") and record["State"]["Name"] == "running"
    assert seen["who"].startswith("127.")
    made.scale(3)
    made.wait_for("healthy", "healthy", "healthy")
    assert len({made.call().json()["who"] for _ in range(6)}) == 3
    made.scale(0)
    until(lambda: made.instances == [])
    assert made.call().status_code == 503
