"""Streaming as on AWS: the real Lambda Web Adapter, the zip of the function's code, and run.sh."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gateway.chat import adapter_start, adapter_variables
from gateway.layer.code import code_files, code_zip
from gateway.settings import FUNCTIONS, Settings
from lab.strict import web_adapter
from tests.gateway.runtime_api import RuntimeApi
from tools.others import adapter

pytestmark = pytest.mark.skipif(
    not web_adapter.program().is_file() or not shutil.which("unzip"),
    reason=f"the Lambda Web Adapter is not built: {adapter.COMMAND}",
)
SETTINGS = Settings(model_layer=False, adapter_layer_arn="arn:adapter", stream=True)
BOOTSTRAP = web_adapter.BOOTSTRAP.decode()
INIT = 10  # seconds that Lambda gives an environment before it asks for the first event
STREAM = "application/vnd.awslambda.http-integration-response"
QUESTION = {"prompt": "What is the capital of France?"}
CHAT = {
    "model": SETTINGS.model_name,
    "messages": [{"role": "user", "content": "Tell a long story about the sea."}],
    "max_tokens": 64,
    "stream": True,
}


def event(method, path, body=None, headers=None, **context):
    """What API Gateway sends for a request to a method with proxy integration."""
    sent = {"Content-Type": "application/json", "Host": "api1.execute-api", **(headers or {})}
    return {
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": sent,
        "multiValueHeaders": {name: [value] for name, value in sent.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": {"stream": "1"},
        "requestContext": {
            "resourceId": "r1",
            "resourcePath": path,
            "httpMethod": method,
            "path": f"/v1{path}",
            "accountId": "123456789012",
            "protocol": "HTTP/1.1",
            "stage": "v1",
            "requestId": "gateway-request",
            "requestTimeEpoch": 1764446400000,
            "apiId": "api1",
            "identity": {"sourceIp": "192.0.2.1", "apiKeyId": "key-of-blue"},
            **context,
        },
        "body": None if body is None else json.dumps(body),
        "isBase64Encoded": False,
    }


class Place:
    """A Lambda environment: the adapter as an extension, and the function beside it."""

    def __init__(self, folder: Path, wait: float = 0.0):
        self.api = RuntimeApi()
        self.log = folder / "log"
        task = folder / "task"
        packed = code_zip("model", code_files(FUNCTIONS / "model"))
        subprocess.run(["unzip", "-q", packed, "-d", task], check=True)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = str(free.getsockname()[1])
        variables = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "AWS_LAMBDA_RUNTIME_API": self.api.address,
            "AWS_LAMBDA_FUNCTION_NAME": "model",
            "AWS_LAMBDA_FUNCTION_VERSION": "7",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(SETTINGS.memory_size),
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/model",
            "AWS_LAMBDA_LOG_STREAM_NAME": "2026/11/29/[7]abc",
            "LAMBDA_TASK_ROOT": str(task),
            "LAMBDA_RUNTIME_DIR": str(folder / "runtime"),
            "_HANDLER": adapter_start(SETTINGS)["handler"],
            **adapter_variables(SETTINGS),
            "AWS_LWA_PORT": port,
        }
        with self.log.open("wb") as log:
            start = {"env": variables, "cwd": task, "stdout": log, "stderr": log}
            self.started = time.monotonic()
            self.processes = [
                subprocess.Popen([web_adapter.program()], **start),
                subprocess.Popen(["bash", "-c", f"sleep {wait}; {BOOTSTRAP}"], **start),
            ]

    def lines(self, wanted=0):
        """What the function has logged, once there are so many lines: each follows its answer."""
        end = time.monotonic() + 10
        while True:
            texts = self.log.read_text("utf-8").splitlines()
            found = [json.loads(line) for line in texts if line.startswith("{") and line[-1] == "}"]
            if len(found) >= wanted or time.monotonic() > end:
                return found
            time.sleep(0.02)

    def end(self):
        for process in self.processes:
            process.kill()
            process.wait()
        self.api.server.shutdown()
        self.api.server.server_close()


@pytest.fixture(scope="module")
def slow(tmp_path_factory):
    """An environment whose function needs longer than Lambda's ten seconds; begun first."""
    place = Place(tmp_path_factory.mktemp("slow"), wait=INIT + 0.5)
    yield place
    place.end()


@pytest.fixture(scope="module")
def place(slow, tmp_path_factory):
    """An environment that is ready."""
    place = Place(tmp_path_factory.mktemp("adapter"))
    try:
        assert place.api.asked.wait(30), place.log.read_text("utf-8")
        yield place
    finally:
        place.end()


def test_the_adapter_is_an_extension_and_says_how_it_answers(place):
    answer = place.api.invoke(event("POST", "/model", QUESTION))
    assert place.api.extensions == ["lambda-adapter"]
    assert answer.path.endswith("/response")
    assert answer.headers["lambda-runtime-function-response-mode"] == "streaming"
    assert answer.headers["content-type"] == STREAM
    assert answer.prelude["statusCode"] == 200
    assert answer.prelude["headers"]["content-type"] == "application/json"
    assert json.loads(answer.body)["completion"].endswith("Paris.")


def test_pieces_leave_as_they_are_written(place):
    answer = place.api.invoke(event("POST", "/chat/completions", CHAT))
    assert answer.prelude["statusCode"] == 200
    assert answer.prelude["headers"]["content-type"].startswith("text/event-stream")
    events = [line for line in answer.body.split(b"\n\n") if line]
    assert events[-1] == b"data: [DONE]" and len(events) > 30
    # The last comes long after the first, and there are about as many pieces as tokens.
    assert len(answer.times) > 20
    first, last = answer.times[0], answer.times[-1]
    middle = answer.times[len(answer.times) // 2]
    assert first < middle < last and middle - first > (last - first) / 5


def test_the_key_that_asks_is_handed_on_and_nobody_can_claim_another(place):
    claimed = {
        "requestId": "forged",
        "identity": {"apiKeyId": "key-of-green"},
    }
    headers = {
        "x-amzn-request-context": json.dumps(claimed),
        "x-amzn-lambda-context": '{"request_id": "forged"}',
        "x-key-id": "key-of-green",
    }
    begun = len(place.api.answers)
    place.api.invoke(event("POST", "/model", QUESTION, headers))
    line = place.lines(begun + 1)[-1]
    assert (line["key_id"], line["request_id"]) == ("key-of-blue", "gateway-request")
    assert (line["method"], line["path"], line["status"]) == ("POST", "/model", 200)


def test_answers_without_a_body_and_refusals_keep_their_status(place):
    refused = place.api.invoke(event("POST", "/model", {"prompt": 5}))
    assert refused.prelude["statusCode"] == 400
    assert json.loads(refused.body)["error"]["param"] == "prompt"
    options = place.api.invoke(event("OPTIONS", "/model"))
    assert (options.prelude["statusCode"], options.body) == (204, b"")
    assert "POST" in options.prelude["headers"]["allow"]
    head = place.api.invoke(event("HEAD", "/model"))
    assert (head.prelude["statusCode"], head.body) == (200, b"")
    nowhere = place.api.invoke(event("GET", "/nowhere"))
    assert nowhere.prelude["statusCode"] == 404


def test_the_stage_is_in_no_path(place):
    answer = place.api.invoke(event("GET", "/models"))
    assert json.loads(answer.body)["data"][0]["id"] == SETTINGS.model_name


def test_a_function_that_loads_longer_than_ten_seconds_answers_its_first_event(slow):
    """The adapter asks for the first event all the same, or Lambda would begin again."""
    assert slow.api.asked.wait(30)
    asked = time.monotonic() - slow.started
    assert asked < INIT, f"asked for its first event after {asked:.1f} s"
    answer = slow.api.invoke(event("POST", "/model", QUESTION))
    assert answer.prelude["statusCode"] == 200
    assert time.monotonic() - slow.started > INIT
