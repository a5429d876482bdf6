"""Responses and Messages through the deployed gateway, with the clients of both, unmodified."""

from __future__ import annotations

import json
import subprocess

import openai
import pytest
from pydantic import BaseModel, Field

from tests.deployed.test_other_clients import NAME, environment, needs_clients
from tests.gateway import agents
from tools.others import clients

HELLO = "Say hello to the class."
QUESTION = "What is the weather in Paris, in C?"
SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "unit": {"type": "string", "enum": ["C", "F"]}},
    "required": ["city", "unit"],
    "additionalProperties": False,
}
ABOUT = {"name": "get_weather", "description": "The weather in a city"}
FUNCTION = {"type": "function", **ABOUT, "strict": True, "parameters": SCHEMA}
NAMED = {"type": "function", "name": "get_weather"}


class Person(BaseModel):
    name: str = Field(max_length=20)
    age: int = Field(ge=0, le=120)


@pytest.fixture
def client(whole):
    return openai.OpenAI(base_url=whole.base_url, api_key=whole.keys["blue"], max_retries=0)


# OpenAI's


def test_a_response_is_the_same_whole_and_streamed(client):
    asked = {"model": NAME, "input": HELLO, "max_output_tokens": 64}
    answered = client.responses.create(**asked)
    assert "ello" in answered.output_text and answered._request_id
    with client.responses.stream(**asked) as stream:
        kinds = [event.type for event in stream]
        streamed = stream.get_final_response()
    assert streamed.output_text == answered.output_text
    assert streamed.usage == answered.usage
    assert kinds.count("response.output_text.delta") > 3


def test_a_response_is_parsed_and_counted(client):
    asked = {"model": NAME, "input": "Make up a person."}
    done = client.responses.parse(**asked, text_format=Person)
    assert isinstance(done.output_parsed, Person)
    assert client.responses.input_tokens.count(**asked).input_tokens == done.usage.input_tokens


@pytest.mark.parametrize("choice", ["auto", "required", NAMED, "none"], ids=str)
def test_a_response_calls_functions(client, choice):
    with client.responses.stream(
        model=NAME, input=QUESTION, tools=[FUNCTION], tool_choice=choice, max_output_tokens=200
    ) as stream:
        done = stream.get_final_response()
    (item,) = done.output
    if choice == "none":
        assert item.type == "message"
    else:
        assert item.parsed_arguments == json.loads(item.arguments)
        assert item.parsed_arguments["unit"] == "C"
        told = [{"role": "user", "content": QUESTION}, item, {
            "type": "function_call_output", "call_id": item.call_id, "output": "21 C, sunny"}]  # fmt: skip
        again = client.responses.create(model=NAME, input=told, tools=[FUNCTION])
        assert again.output[0].type == "message"  # so that an agent's loop ends


@pytest.mark.parametrize(
    ("change", "kind", "code"),
    [
        ({"model": "gpt-5"}, openai.NotFoundError, "model_not_found"),
        ({"previous_response_id": "resp_1"}, openai.BadRequestError, "unsupported_parameter"),
        ({"input": "word " * 1900}, openai.BadRequestError, "invalid_body"),
        ({"input": [{"role": "user", "content": "word " * 1900}]}, openai.BadRequestError,
         "context_length_exceeded"),
    ],
    ids=["model", "state", "characters", "tokens"],
)  # fmt: skip
def test_a_wrong_request_raises_the_clients_class(client, change, kind, code):
    with pytest.raises(kind) as raised:
        client.responses.create(**{"model": NAME, "input": HELLO, **change})
    assert raised.value.code == code
    assert raised.value.request_id or code == "invalid_body"  # API Gateway's own: in the body


def test_embeddings_are_refused_by_name(client):
    with pytest.raises(openai.NotFoundError, match="no embedding model"):
        client.embeddings.create(model=NAME, input="x")


def test_an_agents_first_request_is_refused_before_it_costs(whole):
    spent = whole.spent_tokens()
    codex = whole.post("/responses", agents.padded(agents.of(agents.CODEX, NAME), 24_000))
    assert codex.status_code == 413 and "65536 are the most" in codex.json()["error"]["message"]
    claude = agents.padded(agents.of(agents.CLAUDE_CODE, NAME), 24_000)
    answer = whole.post("/messages?beta=true", claude)
    assert (answer.status_code, answer.json()["error"]["type"]) == (413, "request_too_large")
    for body in (agents.CODEX, agents.CLAUDE_CODE):
        path = "/messages?beta=true" if "system" in body else "/responses"
        answer = whole.post(path, agents.padded(agents.of(body, NAME), 3000))
        message = answer.json()["error"]["message"]
        assert answer.status_code == 400
        assert "prompt is too long: " in message and " tokens > 1500 maximum" in message
    assert whole.spent_tokens() == spent


def test_agents_requests_are_answered_where_they_fit(whole):
    for path, body in (("/responses", agents.CODEX), ("/messages?beta=true", agents.CLAUDE_CODE)):
        before = whole.spent_tokens()
        answer = whole.post(path, agents.of(body, NAME))
        assert answer.status_code == 200, answer.text
        assert answer.headers["x-ignored-fields"] and answer.headers["request-id"]
        assert whole.spent_tokens() > before


# Anthropic's

ANTHROPIC = """
import json, os
import anthropic
from pydantic import BaseModel, Field

class Person(BaseModel):
    name: str = Field(max_length=20)
    age: int = Field(ge=0, le=120)

def at(**more):
    more = {"auth_token": os.environ["ANTHROPIC_AUTH_TOKEN"], **more}
    return anthropic.Anthropic(max_retries=0, **more)

def tried(call):
    try:
        call()
    except anthropic.APIStatusError as error:
        return [type(error).__name__, error.status_code, error.type, error.request_id, error.message]

client, found = at(), {}
hello = {"model": NAME, "max_tokens": 64, "messages": [{"role": "user", "content": HELLO}]}
done = client.messages.create(**hello)
found["whole"] = [done.content[0].text, done.stop_reason, done.usage.output_tokens]
with client.messages.stream(**hello) as stream:
    pieces = list(stream.text_stream)
    last = stream.get_final_message()
found["streamed"] = ["".join(pieces), last.stop_reason, last.usage.output_tokens]
found["pieces"] = len(pieces)
hello.pop("max_tokens")
found["counted"] = [client.messages.count_tokens(**hello).input_tokens, done.usage.input_tokens]
stopped = client.messages.create(**hello, max_tokens=64, stop_sequences=[","])
found["stopped"] = [stopped.stop_reason, stopped.stop_sequence, "," in stopped.content[0].text]
cut = client.messages.create(**hello, max_tokens=2)
found["cut"] = cut.stop_reason
me = [{"role": "user", "content": "Make up a person."}]
with client.messages.stream(model=NAME, max_tokens=200, messages=me, output_format=Person) as stream:
    found["parsed"] = isinstance(stream.get_final_message().parsed_output, Person)
tools = [{**ABOUT, "input_schema": SCHEMA}]
asks = [{"role": "user", "content": QUESTION}]
for name, choice in {"auto": {"type": "auto"}, "any": {"type": "any"}, "none": {"type": "none"},
                     "tool": {"type": "tool", "name": "get_weather"}}.items():
    with client.messages.stream(model=NAME, max_tokens=200, messages=asks, tools=tools,
                                tool_choice=choice) as stream:
        last = stream.get_final_message()
    found[name] = [last.stop_reason, [getattr(b, "input", b.type) for b in last.content]]
    if last.stop_reason == "tool_use":
        (use,) = last.content
        result = {"type": "tool_result", "tool_use_id": use.id, "content": "21 C, sunny"}
        asked = [*asks, {"role": "assistant", "content": last.content},
                 {"role": "user", "content": [result]}]
        found["after"] = client.messages.create(model=NAME, max_tokens=60, messages=asked,
                                                tools=tools).stop_reason
found["models"] = [model.id for model in client.models.list()]
long = [{"role": "user", "content": "word " * 1900}]
found["errors"] = {
    "model": tried(lambda: client.messages.create(**{**hello, "model": "claude"}, max_tokens=9)),
    "long": tried(lambda: client.messages.create(model=NAME, max_tokens=9, messages=long)),
    "body": tried(lambda: client.messages.create(model=NAME, max_tokens=0, messages=asks)),
    "key": tried(lambda: at(auth_token="wrong" * 8).messages.create(**hello, max_tokens=9)),
    "api_key": tried(lambda: anthropic.Anthropic(
        api_key=os.environ["ANTHROPIC_AUTH_TOKEN"], auth_token=None, max_retries=0
    ).models.retrieve("claude")),
}
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def anthropics(whole):
    """What Anthropic's client makes of everything."""
    named = {
        "NAME": NAME,
        "HELLO": HELLO,
        "QUESTION": QUESTION,
        "ABOUT": ABOUT,
        "SCHEMA": SCHEMA,
    }
    code = "".join(f"{name} = {value!r}\n" for name, value in named.items()) + ANTHROPIC
    done = subprocess.run(
        [str(clients.CLIENTS.python), "-c", code],
        env={
            **environment(whole),
            "ANTHROPIC_BASE_URL": whole.outputs["anthropic_base_url"],
            "ANTHROPIC_AUTH_TOKEN": whole.keys["blue"],
        },
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


@needs_clients
def test_a_message_is_the_same_whole_and_streamed(anthropics):
    assert anthropics["whole"] == anthropics["streamed"]
    text, reason, _ = anthropics["whole"]
    assert "ello" in text and reason in ("end_turn", "max_tokens")
    assert anthropics["pieces"] > 3
    assert anthropics["cut"] == "max_tokens"
    assert anthropics["stopped"] == ["stop_sequence", ",", False]


@needs_clients
def test_messages_are_counted_and_parsed(anthropics):
    counted, read = anthropics["counted"]
    assert counted == read
    assert anthropics["parsed"] is True
    assert anthropics["models"] == [NAME]


@needs_clients
def test_messages_use_tools(anthropics):
    for choice in ("auto", "any", "tool"):
        reason, ((used),) = anthropics[choice]
        assert (reason, used["unit"]) == ("tool_use", "C")
    assert anthropics["none"][1] == ["text"]
    assert anthropics["after"] in ("end_turn", "max_tokens")


@needs_clients
@pytest.mark.parametrize(
    ("what", "kind", "status", "type"),
    [
        ("model", "NotFoundError", 404, "not_found_error"),
        ("long", "BadRequestError", 400, "invalid_request_error"),
        ("body", "BadRequestError", 400, "invalid_request_error"),  # API Gateway's own
        ("key", "AuthenticationError", 401, "authentication_error"),  # and this
        ("api_key", "NotFoundError", 404, "invalid_request_error"),  # its key travels as Bearer
    ],
)
def test_each_refusal_raises_anthropics_class(anthropics, what, kind, status, type):
    found = anthropics["errors"][what]
    assert found[:3] == [kind, status, type]
    assert found[3] or what in ("body", "key")  # API Gateway's own say it in x-amzn-requestid
