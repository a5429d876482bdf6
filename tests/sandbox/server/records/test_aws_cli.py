"""The AWS CLI can read what is stored: the real command, which has a client of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from datetime import datetime

import pytest

from tests.sandbox.server.records.gateway_records import API
from tests.sandbox.server.records.lambda_records import FUNCTION
from tests.sandbox.server.records.replay import filled
from tests.sandbox.server.records.stage_records import STAGE

INSTALL = (
    "python -m pip install --no-deps --require-hashes -r tests/sandbox/server/records/awscli.lock"
)
READS = (
    ("apigateway", "get_rest_api", API),
    ("apigateway", "get_resources", {**API, "embed": ["methods"]}),
    ("apigateway", "get_stage", STAGE),
    ("apigateway", "get_usage_plans", {}),
    ("lambda", "get_function_configuration", FUNCTION),
    ("iam", "get_role", {"RoleName": "{role_name}"}),
    ("logs", "describe_log_groups", {}),
    ("cloudwatch", "describe_alarms", {"AlarmNames": ["there"]}),
)


@pytest.fixture(scope="module")
def aws(account, tmp_path_factory):
    """Does a command; its exit code, what it printed and what it said about an error."""
    if not shutil.which("aws"):
        pytest.skip(f"no AWS CLI. Fix, in the kit's environment: {INSTALL}")
    config = tmp_path_factory.mktemp("aws") / "config"
    config.write_text("[default]\ncli_timestamp_format = iso8601\n")
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        "AWS_CONFIG_FILE": str(config),
        "AWS_ENDPOINT_URL": account.running.endpoint,
        "AWS_ACCESS_KEY_ID": account.running.key.id,
        "AWS_SECRET_ACCESS_KEY": account.running.key.secret,
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_DEFAULT_OUTPUT": "json",
        "AWS_PAGER": "",
    }

    def do(service, call, arguments):
        command = [
            "aws",
            service,
            call.replace("_", "-"),
            "--cli-input-json",
            json.dumps(arguments),
        ]
        done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout, done.stderr.strip()

    return do


@pytest.mark.parametrize(("service", "call", "arguments"), READS, ids=lambda value: str(value))
def test_the_aws_cli_reads_the_same_as_boto3(account, world, aws, service, call, arguments):
    given = filled(arguments, world)
    code, printed, said = aws(service, call, given)
    assert code == 0, said
    client = account.client(service)
    if client.can_paginate(call):  # the CLI asks for all pages
        wanted = client.get_paginator(call).paginate(**given).build_full_result()
    else:
        wanted = getattr(client, call)(**given)
        del wanted["ResponseMetadata"]
    assert any(wanted.values())
    assert json.loads(printed) == json.loads(json.dumps(wanted, default=datetime.isoformat))


def test_the_aws_cli_tells_an_error_by_its_code(account, aws):
    code, printed, said = aws("apigateway", "get_rest_api", {"restApiId": "none"})
    assert code in (254, 255)  # of version 2, of version 1
    assert printed == ""
    assert said.endswith(
        "An error occurred (NotFoundException) when calling the GetRestApi operation: "
        "Invalid API identifier specified 000000000000:none"
    )
