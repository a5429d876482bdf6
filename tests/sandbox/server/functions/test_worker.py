"""Lambda environments: what a handler does must not end, corrupt or outlive them."""

import base64
import io
import json
import math
import re
import time
import zipfile

import psutil
import pytest

CODE = """
import json, os, subprocess, sys, time

LOADED = time.time()
print("loading")

def handler(event, context):
    kind = event.get("k")
    if kind == "raise":
        raise KeyError("boom")
    if kind == "exit":
        os._exit(3)
    if kind == "sys.exit":
        sys.exit(2)
    if kind == "noise":
        os.write(1, b'{"status": "ok", "result": "forged"}')
        for _ in range(500):
            os.write(1, b"native noise\\n")
        os.write(1, b"\\xff\\xfe no text, no line")
    if kind == "say":
        print("said", event["what"])
        sys.stderr.write("no line at its end")
    if kind == "sleep":
        time.sleep(event["s"])
    if kind == "no json":
        return {1, 2}
    if kind == "context":
        return {
            "request": context.aws_request_id, "name": context.function_name,
            "left": context.get_remaining_time_in_millis(), "env": sorted(os.environ),
            "memory": context.memory_limit_in_mb, "arn": context.invoked_function_arn,
        }
    return {"pid": os.getpid(), "loaded": LOADED}
"""


@pytest.fixture(scope="module")
def function(account):
    return account.function(CODE, Timeout=5)


def invoke(account, function, kind="", **more):
    """The answer, the error's kind or None, and the log of one direct invocation."""
    answer = account.functions.invoke(
        FunctionName=function, LogType="Tail", Payload=json.dumps({"k": kind, **more})
    )
    payload = json.loads(answer["Payload"].read())
    log = base64.b64decode(answer.get("LogResult") or "").decode()
    return payload, answer.get("FunctionError"), log


def messages(account, group):
    """All lines of a log group."""
    return [
        event["message"].rstrip()
        for event in account.client("logs").filter_log_events(logGroupName=group)["events"]
    ]


def test_an_environment_is_reused_and_survives_an_exception(account, function):
    first, _, _ = invoke(account, function)
    error, kind, _ = invoke(account, function, "raise")
    assert (error["errorType"], error["errorMessage"], kind) == ("KeyError", "'boom'", "Unhandled")
    assert 'File "' in error["stackTrace"][0]
    assert invoke(account, function)[0] == first


def test_an_answer_that_is_no_json_is_an_error_of_the_runtime(account, function):
    error, _, _ = invoke(account, function, "no json")
    assert error["errorType"] == "Runtime.MarshalError"


def test_what_native_code_prints_is_no_answer_and_no_end(account, function):
    first, _, _ = invoke(account, function)
    assert invoke(account, function, "noise")[0] == first
    assert invoke(account, function)[0] == first


@pytest.mark.parametrize("kind", ["exit", "sys.exit"])
def test_a_process_that_ends_is_an_error_and_replaced(account, function, kind):
    first, _, _ = invoke(account, function)
    error, _, _ = invoke(account, function, kind)
    assert error["errorType"] == "Runtime.ExitError"
    assert invoke(account, function)[0]["pid"] != first["pid"]


def test_a_timeout_ends_the_environment(account):
    slow = account.function(CODE, Timeout=1)
    pid = invoke(account, slow)[0]["pid"]
    started = time.perf_counter()
    error, _, _ = invoke(account, slow, "sleep", s=9)
    assert time.perf_counter() - started < 8
    assert (error["errorType"], "Task timed out after 1.00 seconds" in error["errorMessage"]) == (
        "Sandbox.Timedout",
        True,
    )
    assert not psutil.pid_exists(pid)


def test_a_silent_handler_does_not_wait_for_a_log(account, function):
    taken = []
    for _ in range(20):
        started = time.perf_counter()
        invoke(account, function)
        taken.append(time.perf_counter() - started)
    assert min(taken) < 0.04


@pytest.mark.quirk("function-log-role")
def test_the_log_has_start_lines_end_and_report_of_each_invocation(account):
    function = account.function(CODE)
    invoke(account, function, "say", what="one")
    invoke(account, function, "say", what="two")
    lines = messages(account, f"/aws/lambda/{function.rpartition(':')[2]}")
    kinds = [line.split()[0] for line in lines]
    one = ["START", "said", "no", "END", "REPORT"]
    assert kinds == ["INIT_START", "loading", *one, *one]
    assert [line for line in lines if line.startswith("said")] == ["said one", "said two"]


REPORT = re.compile(
    r"REPORT RequestId: [0-9a-f-]{36}\tDuration: (\d+\.\d\d) ms\tBilled Duration: (\d+) ms\t"
    r"Memory Size: 128 MB\tMax Memory Used: (\d+) MB(?:\tInit Duration: (\d+\.\d\d) ms)?"
    r"(?:\tStatus: (.+))?"
)


def reports(account, function):
    """Duration, billed duration, memory, init duration and status of each invocation."""
    lines = messages(account, f"/aws/lambda/{function.rpartition(':')[2]}")
    return [REPORT.fullmatch(line).groups() for line in lines if line.startswith("REPORT")]


def test_a_report_has_what_was_billed_and_a_cold_one_its_start(account):
    function = account.function(CODE, Timeout=1)
    for kind in ("", "", "exit", "sleep"):
        invoke(account, function, kind, s=9)
    cold, warm, ended, late = reports(account, function)
    assert float(cold[3]) > 1 and warm[3] is None
    assert int(cold[1]) == math.ceil(float(cold[0]) + float(cold[3]))
    assert int(warm[1]) == math.ceil(float(warm[0]))
    assert 5 < int(warm[2]) < 128
    assert (warm[4], ended[4]) == (None, "error\tError Type: Runtime.ExitError")
    assert late[4] == "timeout" and float(late[0]) >= 1000


def test_a_failed_start_has_a_report_of_its_own(account):
    function = account.function("import nothing_like_it\n")
    invoke(account, function)
    lines = messages(account, f"/aws/lambda/{function.rpartition(':')[2]}")
    (line,) = [line for line in lines if line.startswith("INIT_REPORT")]
    assert line.endswith("Phase: init\tStatus: error\tError Type: Runtime.ImportModuleError")


def test_an_environment_has_one_stream_named_by_day_and_version(account):
    function = account.function(CODE)
    invoke(account, function)
    invoke(account, function)
    group = f"/aws/lambda/{function.rpartition(':')[2]}"
    found = account.client("logs").describe_log_streams(logGroupName=group)["logStreams"]
    (stream,) = [each["logStreamName"] for each in found]
    assert re.fullmatch(r"\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}", stream)


def test_an_answer_over_six_megabytes_is_an_error_of_the_function(account):
    function = account.function("def handler(event, context):\n    return 'x' * event\n")
    for size, kind in ((6_291_554, None), (6_291_555, "Unhandled")):
        answer = account.functions.invoke(FunctionName=function, Payload=json.dumps(size))
        assert answer.get("FunctionError") == kind
    error = json.loads(answer["Payload"].read())
    assert error["errorType"] == "Function.ResponseSizeTooLarge"


def test_the_log_goes_to_the_group_that_the_function_names(account):
    account.client("logs").create_log_group(logGroupName="/kit/mine")
    function = account.function(CODE, LoggingConfig={"LogFormat": "Text", "LogGroup": "/kit/mine"})
    invoke(account, function, "say", what="hello")
    assert "said hello" in messages(account, "/kit/mine")
    groups = account.client("logs").describe_log_groups(logGroupNamePrefix="/aws/lambda/")
    assert function.rpartition(":")[2] not in json.dumps(groups["logGroups"], default=str)


def test_an_error_is_logged_as_lambda_logs_it(account):
    function = account.function(CODE)
    invoke(account, function, "raise")
    lines = messages(account, f"/aws/lambda/{function.rpartition(':')[2]}")
    assert "[ERROR] KeyError: 'boom'" in lines
    assert "Traceback (most recent call last):" in lines


def test_the_tail_of_a_log_is_its_last_four_kilobytes(account, function):
    _, _, log = invoke(account, function, "say", what="hello")
    id = re.search("END RequestId: (.*)", log)[1]
    inner = log[log.index("START") :].splitlines()
    assert inner[:-1] == [
        f"START RequestId: {id} Version: $LATEST",
        "said hello",
        "no line at its end",
        f"END RequestId: {id}",
    ]
    assert inner[-1].startswith(f"REPORT RequestId: {id}\tDuration: ")
    _, _, long = invoke(account, function, "say", what="x" * 5000)
    assert (len(long), "START" in long) == (4096, False)
    assert "\nREPORT RequestId: " in long


@pytest.mark.parametrize(
    ("code", "kind", "text"),
    [
        ("import nothing_like_it\n", "Runtime.ImportModuleError", "Unable to import module 'h'"),
        ("def other(): pass\n", "Runtime.HandlerNotFound", "Handler 'handler' missing"),
        ("def handler(:\n", "Runtime.UserCodeSyntaxError", "Syntax error in module 'h'"),
        ("1 / 0\n", "ZeroDivisionError", "division by zero"),
        ("import os\nos._exit(1)\n", "Runtime.ExitError", "Runtime exited"),
    ],
)
def test_code_that_cannot_be_loaded_says_why(account, code, kind, text):
    function = account.function(code)
    error, _, _ = invoke(account, function)
    assert (error["errorType"], text in error["errorMessage"]) == (kind, True)
    log = "\n".join(messages(account, f"/aws/lambda/{function.rpartition(':')[2]}"))
    assert kind in log


@pytest.mark.quirk("function-ready")
def test_new_code_gets_a_new_environment(account):
    from tests.sandbox.server.shapes import archive

    function = account.function("def handler(event, context):\n    return 1\n")
    assert invoke(account, function)[0] == 1
    account.functions.update_function_code(
        FunctionName=function, ZipFile=archive("def handler(event, context):\n    return 2\n")
    )
    assert invoke(account, function)[0] == 2


def test_new_code_does_not_end_what_still_answers(account):
    from concurrent.futures import ThreadPoolExecutor

    from tests.sandbox.server.shapes import archive

    slow = "import os, time\ndef handler(event, context):\n    time.sleep(0.8)\n    return os.getpid()\n"
    function = account.function(slow)
    with ThreadPoolExecutor(1) as pool:
        old = pool.submit(invoke, account, function)
        time.sleep(0.4)
        account.functions.update_function_code(
            FunctionName=function, ZipFile=archive("def handler(event, context):\n    return 2\n")
        )
        assert invoke(account, function)[0] == 2
        assert not old.done()
        pid, error, _ = old.result()
    assert error is None
    end = time.perf_counter() + 3
    while psutil.pid_exists(pid) and time.perf_counter() < end:
        time.sleep(0.05)
    assert not psutil.pid_exists(pid)


def test_the_context_is_the_functions_and_no_secret_is_inherited(account, function):
    found, _, _ = invoke(account, function, "context")
    assert found["name"] == function.rpartition(":")[2]
    assert (found["arn"], found["memory"]) == (function, "128")
    assert 0 < found["left"] <= 5000
    assert "AWS_LAMBDA_FUNCTION_NAME" in found["env"]
    assert not {"KIT_TOKEN", "PYTEST_CURRENT_TEST"} & set(found["env"])


def test_concurrent_requests_get_environments_of_their_own(account, function):
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(6) as pool:
        started = time.perf_counter()
        list(pool.map(lambda _: invoke(account, function, "sleep", s=1.5), range(6)))
    assert time.perf_counter() - started < 8  # one after the other: 9


@pytest.mark.quirk("memory")
def test_memory_is_reported_and_not_limited(account):
    function = account.function(
        "BIG = bytearray(b'x') * (200 * 2**20)\ndef handler(event, context):\n    return len(BIG)\n",
        MemorySize=128,
    )
    assert invoke(account, function)[0] == 200 * 2**20
    assert int(reports(account, function)[0][2]) > 200


def test_the_functions_own_code_comes_before_its_layers_and_the_last_layer_before_the_first(
    account,
):
    """AWS: /var/task stands before /opt/python; of layers with the same file, the last one wins."""

    def layer(name, files):
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w") as file:
            for path, text in files.items():
                file.writestr(path, text)
        made = account.functions.publish_layer_version(
            LayerName=name, Content={"ZipFile": data.getvalue()}
        )
        return made["LayerVersionArn"]

    first = layer("first", {"python/h.py": "", "python/shared.py": "WHO = 1", "rooted.py": ""})
    last = layer("last", {"python/shared.py": "WHO = 2"})
    function = account.function(
        "import importlib.util, shared\n"
        "def handler(event, context):\n"
        "    return [shared.WHO, importlib.util.find_spec('rooted') is None]\n",
        Layers=[first, last],
    )
    answer = account.functions.invoke(FunctionName=function)
    assert json.load(answer["Payload"]) == [2, True]
