"""OpenAI's endpoints: what clients send, what they get, and what they are refused with."""

import json
import time

import api
import pytest
from dialects import chat_checks
from errors import ApiError
from local import reading
from model import MODEL as real

from tests.gateway.fake_model import NAME, USAGE, FakeModel

HI = [{"role": "user", "content": "Hi"}]


@pytest.fixture
def model():
    """A model that answers "yes!" in two pieces."""
    return FakeModel("yes", "!")


def post(model, messages=HI, **fields):
    body = json.dumps({"model": model.name, "messages": messages, **fields}).encode()
    return api.route("POST", "/chat/completions", body, model)


def events(answer):
    """The data of a stream's events, decoded; and whether it ended as it must."""
    text = b"".join(answer.pieces()).decode()
    assert text.endswith("data: [DONE]\n\n")
    *pieces, done, rest = text.split("\n\n")
    assert (done, rest) == ("data: [DONE]", "")
    assert all(piece.startswith("data: ") for piece in pieces)
    return [json.loads(piece.removeprefix("data: ")) for piece in pieces]


# Models


def test_the_one_model_is_listed(model):
    answer = api.route("GET", "/models", b"", model)
    (listed,) = answer.body["data"]
    assert (answer.status, answer.body["object"]) == (200, "list")
    created = listed.pop("created")
    openais = {"id": NAME, "object": "model", "owned_by": "gateway"}
    assert listed.items() >= openais.items()
    assert isinstance(created, int) and 0 <= time.time() - created < 3600


def test_a_model_is_shown_by_its_name_and_no_other_is_there(model):
    (listed,) = api.route("GET", "/models", b"", model).body["data"]
    one = api.route("GET", f"/models/{NAME}", b"", model)
    assert (one.status, one.body) == (200, listed)
    answer = api.route("GET", "/models/gpt-4o", b"", model)
    assert (answer.status, answer.body["error"]["code"]) == (404, "model_not_found")


@pytest.mark.parametrize(
    ("path", "allow"),
    [
        ("/models", "GET, HEAD, OPTIONS"),
        (f"/models/{NAME}", "GET, HEAD, OPTIONS"),
        ("/chat/completions", "OPTIONS, POST"),
    ],
)
def test_another_method_is_refused_with_those_allowed(model, path, allow):
    answer = api.route("DELETE", path, b"", model)
    assert (answer.status, answer.headers) == (405, {"Allow": allow})
    assert api.route("OPTIONS", path, b"", model).headers == {"Allow": allow}


# Whole answers


def test_an_answer_has_all_that_openai_s_has(model):
    answer = post(model)
    body = dict(answer.body)
    assert body.pop("id").startswith("chatcmpl-")
    assert 0 <= time.time() - body.pop("created") < 5
    message = {"role": "assistant", "content": "yes!", "refusal": None, "annotations": []}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    assert body == {
        "object": "chat.completion",
        "model": NAME,
        "choices": [choice],
        "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
    }
    assert answer.usage == USAGE and 0 <= answer.first_token < 5


def test_each_answer_has_an_id_of_its_own(model):
    assert post(model).body["id"] != post(model).body["id"]


def test_a_conversation_reaches_the_model_as_it_is(model):
    turns = [*HI, {"role": "assistant", "content": ""}, *HI]
    post(model, turns)
    assert model.asked == [{"messages": turns, "max_tokens": 128, "temperature": 0.0}]


def read(model, turns):
    """What the model of this machine reads of these."""
    post(model, turns)
    return reading.messages(model.asks[-1], None)


OURS = {"role": "system", "content": reading.SYSTEM_PROMPT}


@pytest.mark.parametrize("role", ["system", "developer"])
def test_a_system_prompt_of_the_caller_s_own_takes_the_place_of_ours(model, role):
    assert read(model, HI) == [OURS, *HI]
    own = {"role": "system", "content": "Lie."}
    assert read(model, [{"role": role, "content": "Lie."}, *HI]) == [own, *HI]


def test_ours_comes_first_where_the_settings_say_so(model, monkeypatch):
    monkeypatch.setattr(reading, "SYSTEM_PROMPT_FIRST", True)
    own = {"role": "system", "content": "Lie."}
    assert read(model, [own, *HI]) == [OURS, own, *HI]
    assert read(model, HI) == [OURS, *HI]


@pytest.mark.parametrize("empty", ["", " \n", [], [{"type": "text", "text": ""}]])
def test_a_system_prompt_without_a_text_is_none(model, empty):
    assert read(model, [{"role": "system", "content": empty}, *HI]) == [OURS, *HI]


def test_content_may_come_in_parts(model):
    parts = [{"type": "text", "text": "One."}, {"type": "text", "text": "Two."}]
    post(model, [{"role": "user", "content": parts, "name": "Ada"}])
    assert model.asked[0]["messages"] == [{"role": "user", "content": "One.\nTwo."}]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("", ""),
        ("  ", "  "),
        ([], ""),
        ([{"type": "text", "text": ""}], ""),
        ([{"type": "text", "text": ""}, {"type": "text", "text": "Two."}], "Two."),
    ],
    ids=str,
)
def test_content_may_be_empty(model, content, text):
    assert post(model, [{"role": "user", "content": content}]).status == 200
    assert model.asked[0]["messages"] == [{"role": "user", "content": text}]


def test_what_clients_note_in_a_message_is_left_alone(model):
    noted = {"id": "m1", "timestamp": 5, "reasoning_content": "hm", "cache_control": {"a": [1]}}
    assert post(model, [{**HI[0], **noted}]).status == 200
    assert model.asked[0]["messages"] == HI


def test_as_many_messages_as_the_model_can_read_are_read(model):
    for number in (65, 1200):  # a body has no room for many more
        assert post(model, HI * number).status == 200
    real.refuse_long(model.asks[0])
    error = post(real, HI * 300).body["error"]
    assert (error["code"], error["param"]) == ("context_length_exceeded", "messages")


@pytest.mark.parametrize("seed", [-(2**63), -1, 0, 2**32 - 1, 2**63 - 1])
def test_a_seed_is_a_signed_number_of_64_bits(model, seed):
    assert post(model, seed=seed).status == 200
    assert model.asked[0]["seed"] == seed


def test_options_reach_the_model(model):
    options = {
        "max_tokens": 256,
        "temperature": 1.5,
        "top_p": 0.5,
        "seed": 7,
        "stop": ["."],
        "presence_penalty": -2.0,
        "frequency_penalty": 0.5,
    }
    json_object = {"type": "json_object"}
    answer = post(model, **options, response_format=json_object, parallel_tool_calls=False)
    assert answer.status == 200
    asked = dict(model.asked[0])
    asked.pop("messages")
    assert asked == {**options, "shape": "json", "parallel": False}


def test_the_newer_name_for_max_tokens_is_understood(model):
    post(model, max_completion_tokens=9)
    assert model.asked[0]["max_tokens"] == 9
    assert "max_completion_tokens" not in model.asked[0]


def test_a_field_that_is_null_is_one_that_is_not_there(model):
    names = {*chat_checks.FIELDS, "functions", "audio"} - {"model", "messages"}
    nulls = dict.fromkeys(names)
    assert post(model, **nulls).status == 200
    post(model)
    assert model.asked[0] == model.asked[1]


def test_what_changes_nothing_is_accepted_and_goes_nowhere(model):
    harmless = {
        "n": 1,
        "logprobs": False,
        "top_logprobs": 0,
        "logit_bias": {},
        "modalities": ["text"],
        "store": True,
        "service_tier": "auto",
        "reasoning_effort": "low",
        "verbosity": "low",
        "prediction": {"type": "content", "content": "Hi"},
        "thinking": {"type": "adaptive"},
        "parallel_tool_calls": True,
        "tools": [],
        "tool_choice": "none",
        "user": "ada",
        "safety_identifier": "ada",
        "prompt_cache_key": "course",
        "metadata": {"lesson": "10"},
        "stream": False,
        "stream_options": {"include_usage": True},
    }
    assert post(model, **harmless).status == 200
    post(model)
    assert {**model.asked[0], "choice": "auto"} == {**model.asked[1], "choice": "auto"}


def test_an_answer_may_come_back_as_it_was_given(model):
    said = post(model).body["choices"][0]["message"]
    sdk = {**said, "audio": None, "function_call": None, "tool_calls": None}
    assert post(model, [*HI, said, *HI]).status == 200
    assert post(model, [*HI, sdk, *HI]).status == 200


# Streams


def test_a_stream_has_the_role_first_the_reason_last_and_one_id(model):
    answer = post(model, stream=True)
    assert (answer.status, answer.content_type) == (200, "text/event-stream")
    pieces = events(answer)
    assert len({(piece["id"], piece["created"]) for piece in pieces}) == 1
    assert {(piece["object"], piece["model"]) for piece in pieces} == {
        ("chat.completion.chunk", NAME)
    }
    assert all(set(piece) == {"id", "object", "created", "model", "choices"} for piece in pieces)
    choices = [choice for piece in pieces for choice in piece["choices"]]
    assert all((choice["index"], choice["logprobs"]) == (0, None) for choice in choices)
    assert [(choice["delta"], choice["finish_reason"]) for choice in choices] == [
        ({"role": "assistant", "content": "", "refusal": None}, None),
        ({"content": "yes"}, None),
        ({"content": "!"}, None),
        ({}, "stop"),
    ]
    assert answer.usage == USAGE
    assert model.left == 1


def test_usage_comes_last_and_only_if_it_is_asked_for(model):
    *pieces, last = events(post(model, stream=True, stream_options={"include_usage": True}))
    assert last["choices"] == []
    assert last["usage"] == {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
    assert [piece["usage"] for piece in pieces] == [None] * 4
    without = events(post(model, stream=True, stream_options={"include_usage": False}))
    assert all("usage" not in piece for piece in without)


def test_a_stream_asks_the_same_as_a_whole_answer(model):
    options = {"max_tokens": 9, "seed": 1, "stop": "."}
    post(model, **options)
    post(model, stream=True, **options).close()
    assert model.asked[0] == model.asked[1]


def test_a_stream_that_nobody_reads_sets_the_model_free(model):
    answer = post(model, stream=True)
    assert model.left == 0
    answer.close()
    assert model.left == 1 and not list(answer.pieces())


def test_a_stream_that_is_left_counts_what_it_gave(model):
    answer = post(model, stream=True)
    pieces = answer.pieces()
    next(pieces), next(pieces)
    pieces.close()
    answer.close()
    assert answer.usage == {"prompt_tokens": 3, "completion_tokens": 1}
    assert model.left == 1


def test_a_stream_that_cannot_begin_is_a_plain_refusal(model):
    model.pieces = [ApiError(400, "context_length_exceeded", "Too long.", "messages")]
    answer = post(model, stream=True)
    assert (answer.status, answer.body["error"]["code"]) == (400, "context_length_exceeded")
    assert not answer.streams


def test_the_first_token_is_when_the_stream_begins(model):
    slow = model.stream

    def stream(ask):
        time.sleep(0.05)
        yield from slow(ask)

    model.stream = stream
    assert 0.05 <= post(model, stream=True).first_token < 1
    assert 0.05 <= post(model).first_token < 1


# The real model


def test_a_stream_says_what_a_whole_answer_says():
    turns = [{"role": "user", "content": "What is the capital of France?"}]
    whole = post(real, turns).body
    answer = post(real, turns, stream=True)
    pieces = events(answer)
    texts = [piece["choices"][0]["delta"].get("content", "") for piece in pieces]
    assert "".join(texts) == "The capital of France is Paris."
    assert whole["choices"][0]["message"]["content"] == "".join(texts)
    assert pieces[-1]["choices"][0]["finish_reason"] == "stop"
    assert answer.usage == {"prompt_tokens": 27, "completion_tokens": 8}
    assert whole["usage"]["total_tokens"] == 35


def test_what_was_said_before_changes_the_answer():
    last = {"role": "user", "content": "What is my name?"}
    before = [
        {"role": "user", "content": "My name is Ada."},
        {"role": "assistant", "content": "Hello, Ada!"},
    ]
    alone, after = (post(real, turns, max_tokens=16).body for turns in ([last], [*before, last]))
    assert alone["choices"] != after["choices"]
    assert after["usage"]["prompt_tokens"] > alone["usage"]["prompt_tokens"] + 10


def test_json_is_json_if_it_is_asked_for():
    turns = [{"role": "user", "content": "Say hello in JSON."}]
    answer = post(real, turns, max_tokens=64, response_format={"type": "json_object"})
    choice = answer.body["choices"][0]
    assert choice["finish_reason"] == "stop"
    assert isinstance(json.loads(choice["message"]["content"]), dict)


PERSON = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "title": "Name"},
        "age": {"type": "integer"},
        "likes": {"enum": ["tea", "coffee"]},
    },
    "required": ["name", "age"],
    "additionalProperties": False,
}


def shaped(schema, **more):
    return {"type": "json_schema", "json_schema": {"name": "x", "schema": schema, **more}}


def test_json_has_the_shape_that_is_asked_for_and_the_prompt_stays_as_it_is():
    turns = [{"role": "user", "content": "Invent a person."}]
    answer = post(real, turns, max_tokens=128, response_format=shaped(PERSON, strict=True))
    person = json.loads(answer.body["choices"][0]["message"]["content"])
    assert isinstance(person["name"], str) and isinstance(person["age"], int)
    assert person.get("likes", "tea") in ("tea", "coffee")
    assert set(person) <= set(PERSON["properties"])
    assert answer.usage["prompt_tokens"] == post(real, turns, max_tokens=1).usage["prompt_tokens"]


def test_bounds_of_each_option_are_bounds_of_the_model():
    for name, values in {
        "top_p": (0, 1),
        "temperature": (0, 2),
        "presence_penalty": (-2, 2),
        "frequency_penalty": (-2, 2),
        "seed": (-(2**63), -1, 0, 2**32 - 1, 2**63 - 1),
    }.items():
        for value in values:
            answer = post(real, max_tokens=4, **{name: value})
            assert answer.status == 200, (name, value)
            assert answer.usage["completion_tokens"] > 0


def test_a_conversation_that_is_too_long_has_openai_s_code():
    for stream in (False, True):
        answer = post(real, [{"role": "user", "content": "a " * 1600}], stream=stream)
        error = answer.body["error"]
        assert (answer.status, error["code"]) == (400, "context_length_exceeded")
        assert (error["type"], error["param"]) == ("invalid_request_error", "messages")


# Refusals


def said(**message):
    return {"messages": [{"role": "user", **message}]}


@pytest.mark.parametrize(
    ("fields", "status", "code", "param"),
    [
        ({"model": None}, 400, "invalid_request", "model"),
        ({"model": 5}, 400, "invalid_request", "model"),
        ({"model": "gpt-4o"}, 404, "model_not_found", "model"),
        ({"model": NAME.lower()}, 404, "model_not_found", "model"),
        ({"messages": None}, 400, "invalid_request", "messages"),
        ({"messages": []}, 400, "empty_array", "messages"),
        ({"messages": "Hi"}, 400, "invalid_request", "messages"),
        ({"messages": ["Hi"] * 2049}, 400, "array_above_max_length", "messages"),
        ({"messages": ["Hi"]}, 400, "invalid_request", "messages[0]"),
        ({"messages": [{"content": "Hi"}]}, 400, "invalid_request", "messages[0].role"),
        (said(role="tool", content="Hi"), 400, "invalid_request", "messages[0].tool_call_id"),
        (
            said(role="tool", content="Hi", tool_call_id="c1"),
            400,
            "invalid_request",
            "messages[0]",
        ),
        (said(role="function", content="Hi"), 400, "invalid_request", "messages[0].role"),
        (said(role=["user"], content="Hi"), 400, "invalid_request", "messages[0].role"),
        (said(), 400, "invalid_request", "messages[0].content"),
        (said(content=5), 400, "invalid_request", "messages[0].content"),
        (said(content="a\x00"), 400, "not_text", "messages[0].content"),
        (said(content="\ud800"), 400, "not_text", "messages[0].content"),
        (said(content="<|im_end|>"), 400, "reserved_text", "messages[0].content"),
        (said(content=["Hi"]), 400, "invalid_request", "messages[0].content[0]"),
        (
            said(content=[{"type": "image_url", "image_url": {"url": "data:"}}]),
            400,
            "invalid_request",
            "messages[0].content[0]",
        ),
        (
            said(content=[{"type": "text", "text": "<|im_start|>"}]),
            400,
            "reserved_text",
            "messages[0].content[0].text",
        ),
        (
            said(role="assistant", tool_calls=[{}]),
            400,
            "invalid_request",
            "messages[0].tool_calls[0]",
        ),
        (said(content="Hi", audio={"id": "a"}), 400, "invalid_request", "messages[0].audio"),
        (said(content="Hi", extra=["\x00"]), 400, "not_text", "messages[0].extra[0]"),
        (
            {"messages": [*HI, {"role": "assistant", "content": "Hi"}]},
            400,
            "invalid_request",
            "messages[1]",
        ),
        ({"n": 2}, 400, "invalid_request", "n"),
        ({"n": 1000}, 400, "invalid_request", "n"),
        ({"n": True}, 400, "invalid_request", "n"),
        ({"max_tokens": 0}, 400, "integer_below_min_value", "max_tokens"),
        ({"max_tokens": -1}, 400, "integer_below_min_value", "max_tokens"),
        ({"max_completion_tokens": 257}, 400, "integer_above_max_value", "max_completion_tokens"),
        ({"temperature": -1}, 400, "decimal_below_min_value", "temperature"),
        ({"top_p": 1.1}, 400, "decimal_above_max_value", "top_p"),
        ({"presence_penalty": 2.1}, 400, "decimal_above_max_value", "presence_penalty"),
        ({"stop": [""]}, 400, "invalid_request", "stop"),
        ({"stream": "yes"}, 400, "invalid_request", "stream"),
        ({"stream_options": True}, 400, "invalid_request", "stream_options"),
        ({"stream_options": {"a": 1}}, 400, "unknown_field", "stream_options.a"),
        ({"response_format": {"type": "xml"}}, 400, "invalid_request", "response_format.type"),
        ({"logprobs": True}, 400, "invalid_request", "logprobs"),
        ({"logit_bias": {"50256": -100}}, 400, "invalid_request", "logit_bias"),
        ({"top_logprobs": 2}, 400, "invalid_request", "top_logprobs"),
        ({"modalities": ["audio"]}, 400, "invalid_request", "modalities"),
        ({"audio": {"voice": "a"}}, 400, "unknown_field", "audio"),
        ({"functions": [{"name": "f"}]}, 400, "unknown_field", "functions"),
        ({"stop": ["a"] * 5}, 400, "array_above_max_length", "stop"),
        ({"user": "u" * 513}, 400, "string_above_max_length", "user"),
        ({"grammar": "root ::= [a]"}, 400, "unknown_field", "grammar"),
        ({"n_predict": -1}, 400, "unknown_field", "n_predict"),
        ({"ignore_eos": True}, 400, "unknown_field", "ignore_eos"),
    ],
    ids=str,
)
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_a_refusal_says_which_field_and_why(model, fields, status, code, param, stream):
    body = {"model": NAME, "messages": HI, "stream": stream, **fields}
    answer = api.route("POST", "/chat/completions", json.dumps(body).encode(), model)
    error = answer.body["error"]
    assert (answer.status, error["code"], error["param"]) == (status, code, param)
    assert error["type"] == "invalid_request_error"
    assert set(error) == {"message", "type", "param", "code"}
    assert model.asked == []
