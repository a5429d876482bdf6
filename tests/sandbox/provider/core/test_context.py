"""Which calls are made a second time when the first one's answer is lost or bad."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from sandbox.provider.core.context import Context

CREATE, READ = "CreateRole", "GetRole"


class Cloud:
    """Answers each call of IAM with the next of `answers`: a status and a code, or with nothing."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answers: list[tuple[int, str]] = []
        self.over = threading.Event()
        cloud = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                cloud.asked.append(body.split("Action=")[1].split("&")[0])
                if not cloud.answers:
                    cloud.over.wait(10)
                    return
                status, code = cloud.answers.pop(0)
                error = f"<ErrorResponse><Error><Code>{code}</Code></Error></ErrorResponse>"
                self.send_response(status)
                self.send_header("Content-Length", str(len(error)))
                self.end_headers()
                self.wfile.write(error.encode())

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.handle_error = lambda *_: None  # type: ignore[method-assign]
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    found = Cloud()
    yield found
    found.over.set()
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def ctx(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Context:
    monkeypatch.setenv("KIT_READ_TIMEOUT", "5")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    pauses = SimpleNamespace(sleep=lambda seconds: None)
    monkeypatch.setattr("botocore.endpoint.time", pauses)  # none between attempts
    return Context(endpoint=f"http://127.0.0.1:{cloud.server.server_port}")


def create(ctx: Context) -> None:
    ctx.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument="{}")


@pytest.fixture
def impatient(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIT_READ_TIMEOUT", "0.2")


@pytest.mark.usefixtures("impatient")
def test_a_create_without_an_answer_is_called_once(ctx: Context, cloud: Cloud) -> None:
    with pytest.raises(ReadTimeoutError):
        create(ctx)
    assert cloud.asked == [CREATE]


@pytest.mark.usefixtures("impatient")
def test_a_read_without_an_answer_is_called_again(ctx: Context, cloud: Cloud) -> None:
    with pytest.raises(ReadTimeoutError):
        ctx.client("iam").get_role(RoleName="r")
    assert cloud.asked == [READ] * 6


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_create_that_may_have_been_carried_out_is_called_once(
    ctx: Context, cloud: Cloud, status: int
) -> None:
    cloud.answers = [(status, "ServiceFailure"), (409, "EntityAlreadyExists")]
    with pytest.raises(ClientError, match="ServiceFailure"):
        create(ctx)
    assert cloud.asked == [CREATE]


@pytest.mark.parametrize("refusal", [(400, "Throttling"), (503, "SlowDown"), (503, "Throttling")])
def test_a_create_that_was_one_too_many_is_called_again(
    ctx: Context, cloud: Cloud, refusal: tuple[int, str]
) -> None:
    cloud.answers = [refusal, (400, "MalformedPolicyDocument")]
    with pytest.raises(ClientError, match="MalformedPolicyDocument"):
        create(ctx)
    assert cloud.asked == [CREATE] * 2


def test_a_create_that_never_left_is_called_again(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        ctx.endpoint = f"http://127.0.0.1:{taken.getsockname()[1]}"
        attempts: list[object] = []
        client = ctx.client("iam")
        client.meta.events.register("before-send.iam", lambda **_: attempts.append(1))
        with pytest.raises(EndpointConnectionError):
            create(ctx)
    assert len(attempts) == 6
