"""What the sandbox does otherwise than AWS and no other test shows: rows of sandbox/quirks.py."""

import io
import json
import os
import platform
import re
import sys
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest
from botocore.exceptions import ClientError

from tests.sandbox.server.conftest import Api
from tests.sandbox.server.shapes import document


def invoke(account, function, **more):
    """What a function returns."""
    return json.load(account.functions.invoke(FunctionName=function, **more)["Payload"])


# Accounts and APIs


@pytest.mark.quirk("account")
def test_the_account_is_all_zeros(account):
    caller = account.client("sts").get_caller_identity()
    assert (caller["Account"], account.role("x.amazonaws.com")[:26]) == (
        "000000000000",
        "arn:aws:iam::000000000000:",
    )


@pytest.mark.quirk("iam-at-once")
def test_a_role_acts_with_the_next_request_and_so_does_its_end(account):
    function = account.function("def handler(event, context):\n    return {'body': 'one'}\n")
    api = account.api()
    may = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": function}
    role = account.role("apigateway.amazonaws.com", may)
    api.proxy(function, credentials=role)
    api.deploy("v1")
    assert api.call().text == "one"
    account.iam.delete_role_policy(RoleName=role.rpartition("/")[2], PolicyName="inline")
    assert api.call().status_code == 500


@pytest.mark.quirk("ids")
def test_ids_are_eight_hexadecimal_digits(account):
    api = account.api()
    path = api.path("x")
    api.mock("one", path)
    for id in (api.id, api.root, path, api.deploy()):
        assert re.fullmatch("[0-9a-f]{8}", id)


@pytest.mark.quirk("rates")
def test_apis_are_made_deployed_and_deleted_as_fast_as_asked(account):
    started = time.perf_counter()
    for _ in range(2):
        api = account.api()
        api.mock("one")
        api.deploy("v1")
        account.gateway.delete_rest_api(restApiId=api.id)
    assert time.perf_counter() - started < 15  # AWS: one deletion in 30 s


@pytest.mark.quirk("policy-text")
def test_a_policy_is_read_back_as_it_was_given(account):
    api = account.api()
    given = document(
        {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke",
         "Resource": ["execute-api:/*"]}
    )  # fmt: skip
    change = {"op": "replace", "path": "/policy", "value": given}
    account.gateway.update_rest_api(restApiId=api.id, patchOperations=[change])
    kept = account.gateway.get_rest_api(restApiId=api.id)["policy"]
    assert json.loads(f'"{kept}"') == given  # API Gateway sends it as the inside of a string


@pytest.mark.quirk("openapi")
def test_no_sdk_is_generated(account):
    api = account.api()
    api.mock("one")
    api.deploy("v1")
    with pytest.raises(ClientError) as caught:
        account.gateway.get_sdk(restApiId=api.id, stageName="v1", sdkType="javascript")
    error = caught.value.response["Error"]
    assert (error["Code"], error["Message"]) == (
        "BadRequestException",
        "The sandbox has no GetSdk: it generates no SDK. Export the API instead",
    )


@pytest.mark.quirk("conflict")
@pytest.mark.quirk("path-limit")
def test_paths_made_side_by_side_are_all_made_however_many(account):
    api = account.api()
    with ThreadPoolExecutor(4) as pool:
        made = set(pool.map(lambda n: api.path(f"p{n}"), range(301)))
    assert len(made) == 301


@pytest.mark.quirk("private")
def test_a_private_api_answers_on_this_machine(account):
    everyone = {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke"}
    made = account.gateway.create_rest_api(
        name="private",
        endpointConfiguration={"types": ["PRIVATE"]},
        policy=document({**everyone, "Resource": "execute-api:/*"}),
    )
    api = Api(account, made["id"], made["rootResourceId"])
    api.mock("one")
    api.deploy("v1")
    assert api.call().text == "one"


@pytest.mark.quirk("vpc-link")
def test_a_vpc_link_is_there_at_once_in_any_zone(account):
    client, subnets = account.client("apigatewayv2"), account.client("ec2").describe_subnets()
    ids = [each["SubnetId"] for each in subnets["Subnets"]]
    link = client.create_vpc_link(Name="at-once", SubnetIds=ids)
    assert link["VpcLinkStatus"] == "PENDING"
    assert client.get_vpc_link(VpcLinkId=link["VpcLinkId"])["VpcLinkStatus"] == "AVAILABLE"
    client.delete_vpc_link(VpcLinkId=link["VpcLinkId"])


# Functions


@pytest.mark.quirk("layers")
def test_a_function_imports_what_this_python_has_and_takes_six_layers(account):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as file:
        file.writestr("python/extra.py", "")
    content = {"ZipFile": data.getvalue()}
    layers = [
        account.functions.publish_layer_version(LayerName=f"layer{n}", Content=content)
        for n in range(6)
    ]
    function = account.function(
        "import psutil\ndef handler(event, context):\n    return psutil.__version__\n",
        Layers=[made["LayerVersionArn"] for made in layers],
    )
    assert invoke(account, function) == psutil.__version__


@pytest.mark.quirk("machine")
def test_a_function_runs_in_this_python_on_this_machine(account):
    other = "x86_64" if platform.machine() in ("arm64", "aarch64") else "arm64"
    function = account.function(
        "import os, platform, sys\n"
        "def handler(event, context):\n"
        "    return [sys.version, platform.machine(), os.cpu_count()]\n",
        Architectures=[other],
        MemorySize=128,
    )
    assert invoke(account, function) == [sys.version, platform.machine(), os.cpu_count()]


@pytest.mark.quirk("cold-start")
def test_a_cold_start_is_the_start_of_a_process_here(account):
    function = account.function("import os\ndef handler(event, context):\n    return os.getpid()\n")
    process = psutil.Process(invoke(account, function))
    assert account.running.pid in {parent.pid for parent in process.parents()}
