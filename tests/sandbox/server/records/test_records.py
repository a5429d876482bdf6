"""Every attribute is created, read back as given, changed one at a time; every answer has AWS's types."""

from __future__ import annotations

import copy
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.sandbox.server.records.all_records import CASES
from tests.sandbox.server.records.case import Case
from tests.sandbox.server.records.replay import run
from tests.sandbox.server.records.strict import watch
from tests.sandbox.server.records.watching_records import CLOUDWATCH


@pytest.mark.parametrize(
    ("case", "protocol"),
    [(case, "") for case in CASES]
    + [(case, protocol) for case in CLOUDWATCH for protocol in ("query", "smithy-rpc-v2-cbor")],
    ids=lambda value: value.name if isinstance(value, Case) else value,
)
def test_a_record_is_what_was_given_and_changes_one_attribute_at_a_time(
    account, world, case, protocol
):
    client = speaking(account, protocol) if protocol else account.watched(case.service)
    wrong = watch(client)
    try:
        run(client, case, world)
    finally:
        assert not wrong


@pytest.mark.parametrize("protocol", ["", "query", "smithy-rpc-v2-cbor"])
def test_a_dashboard_is_refused_with_one_code_in_all_protocols(account, protocol):
    client = speaking(account, protocol) if protocol else account.client("cloudwatch")
    calls = (
        (client.get_dashboard, {"DashboardName": "none"}, "ResourceNotFound", 404),
        (client.delete_dashboards, {"DashboardNames": ["none"]}, "ResourceNotFound", 404),
        (
            client.put_dashboard,
            {"DashboardName": "a", "DashboardBody": "[]"},
            "InvalidParameterInput",
            400,
        ),
    )
    for call, arguments, code, status in calls:
        with pytest.raises(ClientError) as error:
            call(**arguments)
        answer = error.value.response
        assert answer["Error"]["Code"] == code
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == status


def speaking(account: Any, protocol: str) -> Any:
    """CloudWatch's client in the protocol of older SDKs (query) or of the newest (CBOR)."""
    session = boto3.Session()
    loader = session._session.get_component("data_loader")
    load = loader.load_service_model

    def only(*args: Any, **more: Any) -> Any:
        model = load(*args, **more)
        if args[1] != "service-2":
            return model
        model = copy.deepcopy(model)
        model["metadata"] |= {"protocol": protocol, "protocols": [protocol]}
        model["metadata"].pop("awsQueryCompatible", None)
        return model

    loader.load_service_model = only
    return account.connect("cloudwatch", session)
