"""Provisioned concurrency: environments that are there before the first request."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import psutil
import pytest
from botocore.exceptions import ClientError

from sandbox import cloud
from tests.sandbox.server.conftest import Account
from tests.sandbox.server.farms import until
from tests.sandbox.server.watching.reading import lines

CODE = "import os\ndef handler(event, context):\n    return os.getpid()\n"


def provision(account: Any, code: str = CODE, most: int = 1) -> dict[str, str]:
    """A version of a function with provisioned concurrency that has settled."""
    function = account.function(code)
    version = account.functions.publish_version(FunctionName=function)["Version"]
    place = {"FunctionName": function, "Qualifier": version}
    asked = account.functions.put_provisioned_concurrency_config(
        **place, ProvisionedConcurrentExecutions=most
    )
    assert (asked["Status"], asked["AvailableProvisionedConcurrentExecutions"]) == (
        "IN_PROGRESS",
        0,
    )
    until(lambda: status(account, place)["Status"] != "IN_PROGRESS")
    return place


def status(account: Any, place: dict[str, str]) -> Any:
    return account.functions.get_provisioned_concurrency_config(**place)


def invoke(account: Any, place: dict[str, str]) -> int:
    """The process that answered."""
    return int(json.load(account.functions.invoke(**place)["Payload"]))


@pytest.mark.quirk("provisioned")
def test_the_first_request_finds_an_environment_that_was_started_before(account: Any) -> None:
    place = provision(account, most=9)
    found = status(account, place)
    assert (found["Status"], found["AvailableProvisionedConcurrentExecutions"]) == ("READY", 9)
    invoke(account, place)
    group = f"/aws/lambda/{place['FunctionName'].rpartition(':')[2]}"
    (report,) = (line for line in lines(account, group) if line.startswith("REPORT"))
    assert "Init Duration" not in report
    account.functions.delete_provisioned_concurrency_config(**place)
    with pytest.raises(ClientError, match="No Provisioned Concurrency Config"):
        status(account, place)


def test_code_that_cannot_be_loaded_cannot_be_provisioned(account: Any) -> None:
    place = provision(account, "raise RuntimeError('no')\n")
    found = status(account, place)
    assert (found["Status"], found["StatusReason"]) == ("FAILED", "FUNCTION_ERROR_INIT_FAILURE")


def test_only_what_is_published_can_be_provisioned(account: Any) -> None:
    with pytest.raises(ClientError, match="cannot be applied to unpublished function versions"):
        account.functions.put_provisioned_concurrency_config(
            FunctionName=account.function(CODE),
            Qualifier="$LATEST",
            ProvisionedConcurrentExecutions=1,
        )


def test_environments_are_there_again_with_the_sandbox(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIT_PROVIDER", "0")
    place = provision(Account(cloud.start(tmp_path)))
    cloud.stop(tmp_path)
    again = Account(cloud.start(tmp_path))
    until(lambda: status(again, place)["Status"] == "READY")
    (environment,) = psutil.Process(again.running.pid).children()
    assert invoke(again, place) == environment.pid
    cloud.stop(tmp_path)
