"""A model elsewhere: at a URL, or one of Bedrock's, through boto3 itself, with each of their errors."""

import importlib.util
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace

import api
import boto3
import openai
import pytest
from bedrock import converse
from bedrock.model import Bedrock, refusal
from botocore.config import Config
from errors import ApiError
from inner import (
    ArgumentsPiece,
    Ask,
    Call,
    CallPiece,
    EndPiece,
    Limits,
    Message,
    TextPiece,
    Tool,
    Usage,
)
from managed import secret
from managed.endpoint import Endpoint

from gateway.managed.backend import backend_rights, backend_variables
from gateway.settings import Settings
from tests.gateway import converse_server as standin
from tests.gateway.door import opened
from tests.gateway.scripted import Model

ROOT = Path(__file__).resolve().parents[2]
CODE = ROOT / "gateway" / "functions" / "model"
LIMITS = Limits(prompt_tokens=200, answer_tokens=64)
HELLO = Ask((Message("user", "Hello"),), 16)
CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
WEATHER = Tool("weather", "The weather.", CITY)
NOVA = "eu.amazon.nova-lite-v1:0"


@pytest.fixture(scope="module")
def serving():
    with standin.opened() as runtime:
        yield runtime


@pytest.fixture
def runtime(serving):
    """Bedrock's stand-in, as new."""
    serving.asked, serving.error, serving.events = [], None, standin.text("Hel", "lo")
    return serving


@pytest.fixture
def bedrock(runtime):
    client = boto3.client(
        "bedrock-runtime",
        endpoint_url=runtime.url,
        region_name="eu-central-1",
        aws_access_key_id="a",
        aws_secret_access_key="b",
        config=Config(retries={"total_max_attempts": 1}, read_timeout=5),
    )
    return Bedrock("Nova", NOVA, client, LIMITS, "Be brief.")


# Bedrock: what is asked


def test_a_prompt_is_asked_with_the_system_prompt_of_ours(runtime, bedrock):
    assert list(bedrock.stream(HELLO)) == [
        TextPiece("Hel", Usage(9, 1)),
        TextPiece("lo", Usage(9, 2)),
        EndPiece("stop", Usage(12, 3)),
    ]
    assert runtime.asked == [
        (
            NOVA,
            {
                "messages": [{"role": "user", "content": [{"text": "Hello"}]}],
                "system": [{"text": "Be brief."}],
                "inferenceConfig": {"maxTokens": 16, "temperature": 0.0},
            },
        )
    ]


def test_a_callers_own_system_message_takes_the_place_of_ours():
    told = converse.of(Ask((Message("system", "Be loud."), *HELLO.messages), 16), NOVA, "Be brief.")
    assert told["system"] == [{"text": "Be loud."}]
    assert "system" not in converse.of(HELLO, NOVA, " ")


def test_turns_alternate_and_results_are_the_users():
    turns = (
        Message("user", "What is it like"),
        Message("user", "in Oslo and in Rome?"),
        Message(
            "assistant", "", (Call("c1", "weather", '{"city": "Oslo"}'), Call("c2", "weather", ""))
        ),
        Message("tool", "cold", call_id="c1"),
        Message("tool", "", call_id="c2"),
        Message("assistant", " "),
        Message("user", "Thanks"),
    )
    found = converse.turns(turns)
    assert [turn["role"] for turn in found] == ["user", "assistant", "user"]
    assert [block["text"] for block in found[0]["content"]] == [
        "What is it like",
        "in Oslo and in Rome?",
    ]
    assert [use["toolUse"]["input"] for use in found[1]["content"]] == [{"city": "Oslo"}, {}]
    results = [block["toolResult"] for block in found[2]["content"][:2]]
    assert [result["toolUseId"] for result in results] == ["c1", "c2"]
    assert [result["content"][0]["text"] for result in results] == ["cold", "(nothing)"]
    assert found[2]["content"][2] == {"text": "Thanks"}


@pytest.mark.parametrize(
    ("tools", "choice", "wanted"),
    [
        ((WEATHER,), "auto", {"auto": {}}),
        ((WEATHER,), "required", {"tool": {"name": "weather"}}),
        ((WEATHER, Tool("time", "", CITY)), "required", {"any": {}}),
        ((WEATHER,), "none", None),
        ((), "auto", None),
    ],
)
def test_a_choice_of_tools_is_told_in_its_words(tools, choice, wanted):
    told = converse.of(Ask(HELLO.messages, 16, tools=tools, choice=choice), NOVA)
    assert told.get("toolConfig", {}).get("toolChoice") == wanted
    if wanted:
        specs = [each["toolSpec"] for each in told["toolConfig"]["tools"]]
        assert specs[0] == {
            "name": "weather",
            "description": "The weather.",
            "inputSchema": {"json": CITY},
        }
        assert all("description" not in spec for spec in specs[1:])


def test_tools_that_were_called_are_offered_even_if_none_may_be_called():
    called = (
        *HELLO.messages,
        Message("assistant", "", (Call("c", "weather", "{}"),)),
        Message("tool", "x", call_id="c"),
    )
    told = converse.of(Ask(called, 16, tools=(WEATHER,), choice="none"), NOVA)
    assert told["toolConfig"]["toolChoice"] == {"auto": {}}


def test_a_schema_and_all_options_are_handed_on(runtime, bedrock):
    ask = Ask(HELLO.messages, 16, 0.5, top_p=0.9, top_k=40, seed=7, stop=("END",), shape=CITY)
    list(bedrock.stream(ask))
    (_, body) = runtime.asked[0]
    assert body["inferenceConfig"] == {
        "maxTokens": 16, "temperature": 0.5, "topP": 0.9, "stopSequences": ["END"],
    }  # fmt: skip
    assert body["additionalModelRequestFields"] == {"top_k": 40}
    wanted = body["outputConfig"]["textFormat"]
    assert wanted["type"] == "json_schema"
    assert json.loads(wanted["structure"]["jsonSchema"]["schema"]) == CITY


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"presence_penalty": 0.5}, "presence_penalty"),
        ({"frequency_penalty": -1.0}, "frequency_penalty"),
        ({"shape": "json"}, "response_format"),
    ],
)
def test_what_it_has_no_field_for_is_refused_by_name_before_it_is_asked(
    runtime, bedrock, more, param
):
    with pytest.raises(ApiError) as raised:
        list(bedrock.stream(Ask(HELLO.messages, 16, **more)))
    assert (raised.value.status, raised.value.code) == (400, "unsupported_parameter")
    assert raised.value.param == param and runtime.asked == []


def test_a_schema_that_an_older_boto3_does_not_know_is_refused(bedrock):
    old = SimpleNamespace(members={"modelId": 1, "messages": 1, "inferenceConfig": 1, "system": 1})
    operations = SimpleNamespace(operation_model=lambda name: SimpleNamespace(input_shape=old))
    bedrock.client = SimpleNamespace(meta=SimpleNamespace(service_model=operations))
    with pytest.raises(ApiError, match="needs a newer boto3") as raised:
        list(bedrock.stream(Ask(HELLO.messages, 16, shape=CITY)))
    assert raised.value.param == "response_format"


def test_too_long_a_prompt_is_refused_before_it_costs(bedrock):
    bedrock.refuse_long(HELLO)
    with pytest.raises(ApiError, match="prompt is too long: 258 tokens > 200 maximum") as raised:
        bedrock.refuse_long(Ask((Message("user", "x" * 1000),), 16))
    assert (raised.value.status, raised.value.code) == (400, "context_length_exceeded")


# Bedrock: what comes back


def test_a_call_comes_in_pieces(runtime, bedrock):
    runtime.events = standin.call("tooluse_1", "weather", '{"city"', ': "Oslo"}')
    assert list(bedrock.stream(HELLO)) == [
        CallPiece("tooluse_1", "weather", Usage(9, 1)),
        ArgumentsPiece('{"city"', Usage(9, 2)),
        ArgumentsPiece(': "Oslo"}', Usage(9, 3)),
        EndPiece("stop", Usage(40, 9)),
    ]


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ("end_turn", "stop"), ("max_tokens", "length"), ("stop_sequence", "stop_sequence"),
        ("model_context_window_exceeded", "length"), ("guardrail_intervened", "stop"),
    ],
)  # fmt: skip
def test_why_it_ended(runtime, bedrock, told, reason):
    runtime.events = standin.text("Hi", stop=told)
    assert list(bedrock.stream(HELLO))[-1].reason == reason


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (
            (429, "ThrottlingException", "Too many requests, account 123"),
            429,
            "rate_limit_exceeded",
        ),
        ((400, "ServiceQuotaExceededException", "quota"), 429, "rate_limit_exceeded"),
        ((400, "ValidationException", "The model returned: bad input"), 400, "backend_refused"),
        (
            (403, "AccessDeniedException", "User arn:aws:sts::123:x is not authorized"),
            502,
            "backend_failed",
        ),
        ((404, "ResourceNotFoundException", "no such model in 123"), 502, "backend_failed"),
        ((408, "ModelTimeoutException", "slow"), 504, "backend_timeout"),
        ((424, "ModelErrorException", "broke"), 502, "backend_failed"),
        ((429, "ModelNotReadyException", "warming"), 503, "backend_unavailable"),
        ((503, "ServiceUnavailableException", "down"), 503, "backend_unavailable"),
        ((500, "InternalServerException", "oops"), 502, "backend_failed"),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) else "",
)
def test_each_error_is_what_it_means_for_a_caller(runtime, bedrock, error, status, code):
    runtime.error = error
    with pytest.raises(ApiError) as raised:
        list(bedrock.stream(HELLO))
    assert (raised.value.status, raised.value.code) == (status, code)
    assert len(runtime.asked) == 1  # who is refused decides whether to try again
    # What is wrong with the request is told; what is wrong with our account is not.
    assert (error[2] in raised.value.message) is (status == 400)
    assert "123" not in raised.value.message
    assert raised.value.headers == ({"Retry-After": "5"} if status == 429 else {})
    kinds = {429: "requests", 400: "invalid_request_error"}
    assert raised.value.type == kinds.get(status, "server_error")


def test_an_error_without_a_name_is_a_failure_of_the_backend():
    assert (refusal({}).status, refusal({}).code) == (502, "backend_failed")


def test_an_error_in_the_middle_of_a_stream_is_one(runtime, bedrock):
    runtime.events = [
        *standin.text("Hel")[:2],
        standin.event("throttlingException", {"message": "x"}),
    ]
    pieces = bedrock.stream(HELLO)
    assert next(pieces).text == "Hel"
    with pytest.raises(ApiError) as raised:
        next(pieces)
    assert raised.value.status == 429


def test_nobody_there_is_a_failure_of_ours(bedrock, runtime):
    bedrock.client = boto3.client(
        "bedrock-runtime", endpoint_url="http://127.0.0.1:9", region_name="eu-central-1",
        aws_access_key_id="a", aws_secret_access_key="b", config=Config(retries={"total_max_attempts": 1}),
    )  # fmt: skip
    with pytest.raises(ApiError) as raised:
        list(bedrock.stream(HELLO))
    assert (raised.value.status, raised.value.code) == (502, "backend_lost")


@pytest.mark.parametrize("path", ["/chat/completions", "/responses", "/messages", "/model"])
def test_every_dialect_is_answered_by_it(runtime, bedrock, path):
    say = {"messages": [{"role": "user", "content": "Hi"}]}
    bodies = {
        "/responses": {"model": "Nova", "input": "Hi"},
        "/messages": {"model": "Nova", "max_tokens": 9, **say},
        "/model": {"prompt": "Hi"},
    }
    body = bodies.get(path, {"model": "Nova", **say})
    answer = api.route("POST", path, json.dumps(body).encode(), bedrock)
    assert answer.status == 200, answer.body
    assert "Hello" in json.dumps(answer.body)
    assert answer.usage == {"prompt_tokens": 12, "completion_tokens": 3}


def test_openais_own_client_streams_from_it(runtime, bedrock):
    with opened(bedrock) as address:
        client = openai.OpenAI(base_url=f"{address}/v1", api_key="x", max_retries=0)
        hello = [{"role": "user", "content": "Hi"}]
        stream = client.chat.completions.create(model="Nova", messages=hello, stream=True)
        assert "".join(chunk.choices[0].delta.content or "" for chunk in stream) == "Hello"
        runtime.error = (429, "ThrottlingException", "slow down")
        with pytest.raises(openai.RateLimitError):
            client.chat.completions.create(model="Nova", messages=hello)


# At a URL


class Manager:
    """Secrets Manager, with one secret; `reads` counts."""

    def __init__(self, text):
        self.text, self.reads = text, 0

    def get_secret_value(self, SecretId):
        assert SecretId == "arn:secret"
        self.reads += 1
        return {"SecretString": self.text}


@pytest.fixture
def manager(monkeypatch):
    found = Manager("key-1")
    monkeypatch.setattr(secret, "manager", lambda: found)
    return found


def endpoint(url, **more):
    return Endpoint("Ours", "Fake-1M", url, LIMITS, secret.Secret("arn:secret"), 5.0, **more)


def test_a_model_at_a_url_answers_under_our_name_for_it(manager):
    with opened(Model()) as address:
        ask = endpoint(f"{address}/v1")
        said = [piece.text for piece in ask.stream(HELLO) if isinstance(piece, TextPiece)]
        again = list(ask.stream(HELLO))
    assert "".join(said) == "Hello" and again[-1].reason == "stop"
    assert manager.reads == 1  # not for each request
    assert "key-1" not in repr(ask)


class Refusing(BaseHTTPRequestHandler):
    """Knows one key, and says so when another comes."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.keys.append(self.headers["Authorization"])
        body = b'{"error": {"message": "Incorrect API key provided: key-1", "code": "invalid_api_key"}}'
        self.send_response(401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Nobody reads it."""


def test_its_refusal_of_our_key_is_no_word_to_the_caller_and_the_key_is_read_again(manager):
    with HTTPServer(("127.0.0.1", 0), Refusing) as server:
        server.keys = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        ask = endpoint(f"http://127.0.0.1:{server.server_address[1]}/v1")
        for key in ("key-1", "key-2"):
            manager.text = key
            with pytest.raises(ApiError) as raised:
                list(ask.stream(HELLO))
            # Not 401: the caller's own key is right.
            assert (raised.value.status, raised.value.code) == (502, "backend_failed")
            assert "key" not in raised.value.message
        server.shutdown()
    assert server.keys == ["Bearer key-1", "Bearer key-2"]


def test_where_no_secret_is_named_no_key_is_sent_and_a_refusal_is_told_all_the_same():
    with HTTPServer(("127.0.0.1", 0), Refusing) as server:
        server.keys = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        ask = Endpoint("Ours", "m", f"http://127.0.0.1:{server.server_address[1]}/v1", LIMITS)
        with pytest.raises(ApiError) as raised:
            list(ask.stream(HELLO))
        server.shutdown()
    assert (raised.value.code, server.keys) == ("backend_failed", [None])
    assert (ask.first_token, ask.frames, ask.system_prompt) == (60.0, (), "")


def test_a_key_is_kept_where_the_backend_is_not_there(manager):
    ask = endpoint("http://127.0.0.1:9/v1")
    for _ in range(2):
        with pytest.raises(ApiError) as raised:
            list(ask.stream(HELLO))
        assert raised.value.code == "backend_unreachable"
    assert manager.reads == 1


@pytest.mark.parametrize(
    ("text", "key"),
    [("sk-1\n", "sk-1"), ('{"api_key": "sk-2"}', "sk-2"), ('"sk-3"', '"sk-3"')],
)
def test_a_secret_is_a_key_or_has_it_by_name(text, key):
    assert secret.key_in(text) == key


def test_a_key_is_read_again_after_five_minutes_or_when_it_was_refused(manager, monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(secret.time, "monotonic", lambda: clock[0])
    one = secret.Secret("arn:secret")
    assert [one.value(), one.value()] == ["key-1", "key-1"] and manager.reads == 1
    clock[0] = 300.0
    assert one.value() == "key-1" and manager.reads == 1
    manager.text, clock[0] = "key-2", 300.5
    assert one.value() == "key-2"
    manager.text = "key-3"
    one.forget()
    assert one.value() == "key-3" and manager.reads == 3


# Which it is


WHICH = """
import json, sys
from backend import MODEL
print(json.dumps([type(MODEL).__name__, MODEL.name, MODEL.limits.answer_tokens,
                  sorted(m for m in ("xllamacpp", "boto3", "model") if m in sys.modules)]))
"""


def which(**environment):
    """The class of the model, its name, how much it writes, and what was loaded for it."""
    done = subprocess.run(
        [sys.executable, "-c", WHICH],
        cwd=CODE,
        env={**os.environ, "AWS_DEFAULT_REGION": "eu-central-1", **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )
    return json.loads(done.stdout) if done.returncode == 0 else done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("environment", "found"),
    [
        ({"BACKEND": "bedrock", "BACKEND_MODEL": NOVA}, ["Bedrock", NOVA, 1024, ["boto3"]]),
        (
            {
                "BACKEND": "openai",
                "BACKEND_MODEL": "m",
                "BACKEND_URL": "https://x",
                "MODEL_NAME": "Ours",
            },
            ["Endpoint", "Ours", 1024, []],
        ),
        ({"BACKEND": "no"}, "ValueError: BACKEND is 'no', not local, openai or bedrock"),
    ],
    ids=["bedrock", "openai", "unknown"],
)
def test_the_environment_says_which_and_nothing_else_is_loaded(environment, found):
    assert which(**environment) == found


ENVIRONMENT = (
    "BACKEND", "BACKEND_MODEL", "BACKEND_URL", "BACKEND_SECRET", "BACKEND_PROMPT_TOKENS",
    "BACKEND_ANSWER_TOKENS", "MODEL_NAME", "SYSTEM_PROMPT",
)  # fmt: skip


@pytest.fixture
def loaded(monkeypatch):
    """The backend of a process with this environment."""

    def of(**environment):
        for name in ENVIRONMENT:
            monkeypatch.delenv(name, raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        spec = importlib.util.spec_from_file_location("backend_of_a_test", CODE / "backend.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module.MODEL

    return of


@pytest.mark.parametrize("environment", [{}, {"BACKEND": "local"}])
def test_the_model_here_answers_where_nobody_says_otherwise(loaded, monkeypatch, environment):
    monkeypatch.setitem(sys.modules, "model", SimpleNamespace(MODEL="the model here"))
    assert loaded(**environment) == "the model here"


def test_a_model_at_a_url_is_as_the_environment_says(loaded):
    least = {"BACKEND": "openai", "BACKEND_MODEL": "m", "BACKEND_URL": "https://x"}
    made = loaded(**least)
    assert isinstance(made, Endpoint)
    assert (made.name, made.model, made.base_url, made.secret) == ("m", "m", "https://x", None)
    assert (made.limits, made.system_prompt) == (Limits(8000, 1024), "")
    assert made.first_token == 60.0
    more = {
        "BACKEND_SECRET": "arn:aws:secretsmanager:us-east-1:1:secret:key",
        "BACKEND_PROMPT_TOKENS": "70",
        "BACKEND_ANSWER_TOKENS": "50",
        "MODEL_NAME": "Ours",
        "SYSTEM_PROMPT": "Be brief.",
    }
    made = loaded(**least, **more)
    assert (made.name, made.model, made.limits) == ("Ours", "m", Limits(70, 50))
    assert (made.secret.arn, made.system_prompt) == (more["BACKEND_SECRET"], "Be brief.")


def test_a_model_of_bedrock_is_asked_once_and_waited_for_a_minute(loaded, monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    given = {"MODEL_NAME": "Ours", "SYSTEM_PROMPT": "Be brief.", "BACKEND_PROMPT_TOKENS": "70"}
    made = loaded(BACKEND="bedrock", BACKEND_MODEL=NOVA, **given)
    assert isinstance(made, Bedrock)
    assert (made.name, made.model_id, made.limits) == ("Ours", NOVA, Limits(70, 1024))
    assert made.system_prompt == "Be brief."
    meta = made.client.meta
    assert (meta.service_model.service_name, meta.config.read_timeout) == ("bedrock-runtime", 60)
    assert meta.config.retries["total_max_attempts"] == 1


def test_another_backend_is_none(loaded):
    with pytest.raises(ValueError, match="BACKEND is 'no', not local, openai or bedrock"):
        loaded(BACKEND="no")


# The program


def test_without_the_setting_nothing_is_declared():
    assert backend_variables(Settings(model_layer=False)) == {}
    assert backend_rights(Settings(model_layer=False)) == []


def statements(declare, **settings):
    """What the function's role may do, beside its own log and table."""
    from gateway import program

    chosen = Settings(logging_role="own", **settings)
    declared = declare(lambda: program.gateway(chosen))
    policy = json.loads(declared.inputs["languageModelRights"]["policy"])
    environment = declared.inputs["LanguageModelLambda"]["environment"]["variables"]
    assert "modelLayer" not in declared.types  # the model is elsewhere
    ours = ("logs:", "dynamodb:")
    return environment, [
        each
        for each in policy["Statement"]
        if not str(each["Action"]).strip("[']").startswith(ours)
    ]


def test_a_key_is_one_secret_and_no_variable(declare):
    environment, (right,) = statements(
        declare,
        backend="openai",
        backend_model="m",
        backend_url="https://x/v1",
        backend_secret="arn:key",
    )
    assert (
        environment["BACKEND_URL"] == "https://x/v1" and environment["BACKEND_SECRET"] == "arn:key"
    )
    assert right == {
        "Effect": "Allow",
        "Action": "secretsmanager:GetSecretValue",
        "Resource": "arn:key",
    }


def test_one_model_may_be_asked_and_no_other(declare):
    _, (right,) = statements(declare, backend="bedrock", backend_model="amazon.nova-lite-v1:0")
    assert right["Resource"] == [
        "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0"
    ]
    assert right["Action"] == ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]


def test_behind_a_profile_the_model_may_be_asked_in_its_regions_and_through_it_alone(declare):
    _, (profile, models) = statements(
        declare,
        backend="bedrock",
        backend_model=NOVA,
        backend_regions=("eu-central-1", "eu-west-1"),
    )
    (arn,) = profile["Resource"]
    assert arn.endswith(f":inference-profile/{NOVA}") and "*" not in arn
    assert models["Condition"] == {"StringEquals": {"bedrock:InferenceProfileArn": arn}}
    assert models["Resource"] == [
        f"arn:aws:bedrock:{region}::foundation-model/amazon.nova-lite-v1:0"
        for region in ("eu-central-1", "eu-west-1")
    ]
