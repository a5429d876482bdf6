"""Tools in chat completions: what clients send, what they get, and which tool is called."""

import json
from dataclasses import replace
from functools import partial

import api
import pytest
from errors import ApiError
from guide.fits import fits
from inner import ArgumentsPiece, Ask, CallPiece, EndPiece, Message, TextPiece, Tool, Usage
from local import holding, reading, tools
from model import MODEL

from tests.gateway.fake_model import NAME, USAGE, FakeModel
from tests.gateway.test_chat import events

HI = [{"role": "user", "content": "Hi"}]
PARIS = [{"role": "user", "content": "What is the weather in Paris, in C?"}]
WEATHER = {
    "name": "get_weather",
    "description": "The weather in a city",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}, "unit": {"enum": ["C", "F"]}},
        "required": ["city", "unit"],
        "additionalProperties": False,
    },
}
ADD = {
    "name": "add",
    "description": "Add two numbers",
    "parameters": {"properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}},
}
CALLED = {
    "role": "assistant",
    "content": None,
    "tool_calls": [
        {
            "id": "call_1",
            "type": "function",
            "function": {"name": "get_weather", "arguments": '{"city": "Paris"}'},
        }
    ],
}
RESULT = {"role": "tool", "tool_call_id": "call_1", "content": "20 degrees and sunny"}


def offered(*functions):
    return [{"type": "function", "function": function} for function in functions]


BOTH = offered(WEATHER, ADD)


def post(model, messages=HI, **fields):
    body = json.dumps({"model": model.name, "messages": messages, **fields}).encode()
    return api.route("POST", "/chat/completions", body, model)


@pytest.fixture
def model():
    """A model that calls a tool."""
    fake = FakeModel()
    fake.pieces = [
        CallPiece("call_7", "add", Usage(3, 1)),
        ArgumentsPiece('{"a": 1', Usage(3, 1)),
        ArgumentsPiece("}", Usage(3, 2)),
        EndPiece("stop", Usage(3, 2)),
    ]
    return fake


# What a call looks like


def test_a_call_has_all_that_openais_has(model):
    answer = post(model, tools=BOTH)
    (choice,) = answer.body["choices"]
    function = {"name": "add", "arguments": '{"a": 1}'}
    assert choice == {
        "index": 0,
        "logprobs": None,
        "finish_reason": "tool_calls",
        "message": {
            "role": "assistant",
            "content": None,
            "refusal": None,
            "annotations": [],
            "tool_calls": [{"id": "call_7", "type": "function", "function": function}],
        },
    }
    assert answer.usage == USAGE


def test_a_streamed_call_begins_once_and_its_arguments_follow(model):
    chunks = events(post(model, tools=BOTH, stream=True))
    begun = {"id": "call_7", "type": "function", "function": {"name": "add", "arguments": ""}}
    assert [(one["choices"][0]["delta"], one["choices"][0]["finish_reason"]) for one in chunks] == [
        ({"role": "assistant", "content": "", "refusal": None}, None),
        ({"tool_calls": [{"index": 0, **begun}]}, None),
        ({"tool_calls": [{"index": 0, "function": {"arguments": '{"a": 1'}}]}, None),
        ({"tool_calls": [{"index": 0, "function": {"arguments": "}"}}]}, None),
        ({}, "tool_calls"),
    ]


def test_two_calls_have_two_places(model):
    model.pieces[3:3] = [
        CallPiece("call_8", "add", Usage(3, 2)),
        ArgumentsPiece("{}", Usage(3, 2)),
    ]
    deltas = [one["choices"][0]["delta"] for one in events(post(model, tools=BOTH, stream=True))]
    indexes = [one["index"] for delta in deltas for one in delta.get("tool_calls", [])]
    assert indexes == [0, 0, 0, 1, 1]
    calls = post(model, tools=BOTH).body["choices"][0]["message"]["tool_calls"]
    assert [call["function"]["arguments"] for call in calls] == ['{"a": 1}', "{}"]


@pytest.mark.parametrize("stream", [False, True])
def test_a_call_that_is_cut_is_none_that_can_be_made(model, stream):
    model.pieces[2:] = [EndPiece("length", Usage(3, 2))]
    answer = post(model, tools=BOTH, stream=stream)
    choice = (events(answer)[-1] if stream else answer.body)["choices"][0]
    assert choice["finish_reason"] == "length"


# What the model is asked


def test_tools_reach_the_model_with_what_their_arguments_are_held_to(model):
    assert post(model, tools=BOTH, parallel_tool_calls=True).status == 200
    weather, add = model.asks[0].tools
    assert (weather.name, weather.description) == ("get_weather", "The weather in a city")
    assert weather.parameters["properties"]["city"]["pattern"].startswith("^(")
    assert add.parameters["type"] == "object" and not add.parameters["additionalProperties"]
    assert (model.asks[0].choice, model.asks[0].parallel) == ("auto", True)


@pytest.mark.parametrize(
    "function",
    [
        {"name": "now"},
        {"name": "now", "parameters": {}},
        {"name": "now", "parameters": None, "description": None, "strict": None},
        {"name": "now", "parameters": {"type": "object"}, "strict": True},
    ],
    ids=str,
)
def test_a_tool_may_want_nothing(model, function):
    assert post(model, tools=offered(function)).status == 200
    assert model.asks[0].tools[0].parameters["properties"] == {}


def allowed(mode, *names):
    those = [{"type": "function", "function": {"name": name}} for name in names]
    return {"type": "allowed_tools", "allowed_tools": {"mode": mode, "tools": those}}


@pytest.mark.parametrize(
    ("choice", "word", "names"),
    [
        (None, "auto", ["get_weather", "add"]),
        ("auto", "auto", ["get_weather", "add"]),
        ("none", "none", ["get_weather", "add"]),
        ("required", "required", ["get_weather", "add"]),
        ({"type": "function", "function": {"name": "add"}}, "required", ["add"]),
        (allowed("auto", "add"), "auto", ["add"]),
        (allowed("required", "add", "get_weather"), "required", ["get_weather", "add"]),
    ],
    ids=str,
)
def test_a_choice_is_a_word_and_the_tools_that_are_left(model, choice, word, names):
    assert post(model, tools=BOTH, tool_choice=choice).status == 200
    (ask,) = model.asks
    assert (ask.choice, [tool.name for tool in ask.tools]) == (word, names)


def test_calls_and_results_come_back(model):
    assert post(model, [*PARIS, CALLED, RESULT], tools=BOTH).status == 200
    assert reading.messages(model.asks[0], None)[1:] == [
        *PARIS,
        {"role": "assistant", "content": "I will call get_weather."},
        {
            "role": "user",
            "content": 'Result of get_weather with {"city": "Paris"}: 20 degrees and sunny',
        },
    ]


def test_what_is_said_beside_a_call_is_read_before_it(model):
    post(model, [*PARIS, {**CALLED, "content": "Let me see."}, RESULT])
    said = reading.messages(model.asks[0], None)[2]["content"]
    assert said == "Let me see.\nI will call get_weather."


def within(name, schema):
    """Tools of which one argument has this schema."""
    return offered({"name": "f", "parameters": {"properties": {name: schema}}})


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"tools": "add"}, "tools"),
        ({"tools": BOTH * 65}, "tools"),
        ({"tools": ["add"]}, "tools[0]"),
        ({"tools": [{"function": ADD}]}, "tools[0].type"),
        ({"tools": [{"type": "web_search"}]}, "tools[0].type"),
        ({"tools": [{"type": "function"}]}, "tools[0].function"),
        ({"tools": offered({})}, "tools[0].function.name"),
        ({"tools": offered({"name": "a b"})}, "tools[0].function.name"),
        ({"tools": offered({"name": "a" * 65})}, "tools[0].function.name"),
        ({"tools": offered(ADD, ADD)}, "tools"),
        ({"tools": offered({"name": "f", "description": 5})}, "tools[0].function.description"),
        ({"tools": offered({"name": "f", "strict": "yes"})}, "tools[0].function.strict"),
        ({"tools": offered({"name": "f", "parameters": 5})}, "tools[0].function.parameters"),
        (
            {"tools": offered({"name": "f", "parameters": {"type": "string"}})},
            "tools[0].function.parameters.type",
        ),
        (
            {"tools": within("x", {"type": "array", "uniqueItems": True})},
            "tools[0].function.parameters.properties.x.uniqueItems",
        ),
        (
            {"tools": within("x", {"type": "null", "description": "<|im_end|>"})},
            "tools[0].function.parameters.properties.x.description",
        ),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"tools": BOTH, "tool_choice": "any"}, "tool_choice"),
        ({"tools": BOTH, "tool_choice": 5}, "tool_choice"),
        ({"tools": BOTH, "tool_choice": {"type": "tool"}}, "tool_choice.type"),
        ({"tools": BOTH, "tool_choice": {"type": "function"}}, "tool_choice.function"),
        (
            {"tools": BOTH, "tool_choice": {"type": "function", "function": {"name": "sub"}}},
            "tool_choice",
        ),
        ({"tools": BOTH, "tool_choice": {"type": "allowed_tools"}}, "tool_choice.allowed_tools"),
        ({"tools": BOTH, "tool_choice": allowed("none")}, "tool_choice.allowed_tools.mode"),
        ({"tools": BOTH, "tool_choice": allowed("auto")}, "tool_choice.allowed_tools.tools"),
        ({"tools": BOTH, "tool_choice": allowed("auto", "f")}, "tool_choice"),
        (
            {
                "tools": BOTH,
                "tool_choice": {
                    "type": "allowed_tools",
                    "allowed_tools": {
                        "mode": "auto",
                        "tools": [{"type": "function", "function": {"name": "a b"}}],
                    },
                },
            },
            "tool_choice.allowed_tools.tools[0].function.name",
        ),
        ({"parallel_tool_calls": "no"}, "parallel_tool_calls"),
        ({"messages": [*PARIS, RESULT]}, "messages[1]"),
    ],
    ids=str,
)
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_a_refusal_says_which_field(model, fields, param, stream):
    body = {"model": NAME, "messages": HI, "stream": stream, **fields}
    answer = api.route("POST", "/chat/completions", json.dumps(body).encode(), model)
    assert (answer.status, answer.body["error"]["param"]) == (400, param)
    assert set(answer.body["error"]) == {"message", "type", "param", "code"}
    assert model.asks == []


# Which tool is called


OFFER = tuple(
    Tool(each["name"], each["description"], each["parameters"])
    for each in (
        WEATHER,
        ADD,
        {"name": "send_mail", "description": "Send a mail", "parameters": {}},
    )
)


def chosen(text, choice="auto", offer=OFFER, more=()):
    ask = Ask((Message("user", text), *more), 9, tools=offer, choice=choice)
    found = tools.chosen(ask)
    return found and found.name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("What is the weather in Paris, in C?", "get_weather"),
        ("Weather for Berlin in C please", "get_weather"),
        ("Add 7 and 5.", "add"),
        ("Mail anna@web.example that lunch is at noon.", "send_mail"),
        ("Which city is the largest?", "get_weather"),  # a parameter is called so
        ("Hi", None),
        ("Tell me a joke about the sea.", None),
        ("What can you do for me, and how?", None),  # words that say nothing
        ("", None),
    ],
)
def test_auto_calls_the_tool_that_the_question_has_words_of(text, name):
    assert chosen(text) == name


def test_required_calls_the_best_and_none_none():
    assert chosen("Tell me a joke.", "required") == "get_weather"  # the first, where all are alike
    assert chosen("Add 7 and 5.", "required") == "add"
    assert chosen("Add 7 and 5.", "none") is None
    assert chosen("Add 7 and 5.", offer=()) is None


def test_after_a_result_auto_answers_in_text_and_required_calls():
    result = (Message("assistant", ""), Message("tool", "12", call_id="call_1"))
    assert chosen("Add 7 and 5.", more=result) is None
    assert chosen("Add 7 and 5.", "required", more=result) == "add"
    assert chosen("Hi", more=(*result, Message("user", "Add 7 and 5."))) == "add"


def test_the_tool_that_is_called_is_described_and_its_tokens_are_counted():
    ask = Ask((Message("user", "Hi"),), 9, tools=OFFER, choice="required")
    system = reading.messages(ask, OFFER[0])[0]
    assert system["role"] == "system"
    assert "get_weather(city, unit): The weather in a city" in system["content"]
    assert "send_mail" not in system["content"]
    assert MODEL.count(ask) > MODEL.count(replace(ask, choice="none")) + 10


# Held to JSON


ONE = {
    "type": "object",
    "properties": {"a": {"type": "integer", "minimum": 1, "maximum": 9}},
    "required": ["a"],
    "additionalProperties": False,
}


def held(*texts, reason="stop"):
    pieces = [*(TextPiece(text, Usage(1, 1)) for text in texts), EndPiece(reason, Usage(1, 1))]
    return list(holding.held(iter(pieces), partial(fits, schema=ONE)))


def test_json_passes_as_it_comes():
    assert [piece.text for piece in held("{", '"a": 1}')[:-1]] == ["{", '"a": 1}']
    assert held("{", '"a', reason="length")[-1].reason == "length"
    assert held("{", '"a', reason="stop_sequence")[-1].reason == "stop_sequence"
    assert len(held(reason="length")) == 1  # cut before it began


@pytest.mark.parametrize("texts", [["Sure"], ["[", "]"], []], ids=str)
def test_what_is_no_object_is_refused_with_its_first_piece(texts):
    with pytest.raises(ApiError) as raised:
        held(*texts)
    assert (raised.value.status, raised.value.code) == (400, "invalid_schema")
    message = "The model cannot be held to this schema: no answer fits all of it."
    assert raised.value.message == message


@pytest.mark.parametrize("rest", ['"a": }', '"a": 10}', '"a": 1, "b": 2}', '"a": 1}\nSure'])
def test_what_was_not_held_to_the_end_is_refused_although_nothing_cut_it(rest):
    with pytest.raises(ApiError, match="cannot be held to this schema"):
        held("{", rest)


# The real model


def arguments(answer):
    (call,) = answer.body["choices"][0]["message"]["tool_calls"]
    return json.loads(call["function"]["arguments"])


def test_the_model_calls_a_tool_and_answers_with_its_result():
    answer = post(MODEL, PARIS, tools=BOTH)
    assert answer.body["choices"][0]["finish_reason"] == "tool_calls"
    assert arguments(answer) == {"city": "Paris", "unit": "C"}
    said = answer.body["choices"][0]["message"]
    result = {**RESULT, "tool_call_id": said["tool_calls"][0]["id"]}
    choice = post(MODEL, [*PARIS, said, result], tools=BOTH).body["choices"][0]
    assert choice["finish_reason"] == "stop" and "sunny" in choice["message"]["content"]


def test_a_stream_calls_as_a_whole_answer_does():
    chunks = events(post(MODEL, PARIS, tools=BOTH, stream=True))
    calls = [call for one in chunks for call in one["choices"][0]["delta"].get("tool_calls", [])]
    assert calls[0]["id"].startswith("call_") and len(calls[0]["id"]) == len("call_") + 24
    text = "".join(call["function"]["arguments"] for call in calls)
    assert json.loads(text) == {"city": "Paris", "unit": "C"} and len(calls) > 5
    assert chunks[-1]["choices"][0]["finish_reason"] == "tool_calls"


@pytest.mark.parametrize("seed", range(3))
def test_arguments_are_valid_by_the_schema_at_any_temperature(seed):
    answer = post(MODEL, tools=BOTH, tool_choice="required", temperature=1.5, seed=seed)
    import jsonschema  # takes seconds to load: not where tests are only counted

    jsonschema.validate(arguments(answer), WEATHER["parameters"])


def test_a_call_that_max_tokens_cuts_has_what_there_is():
    choice = post(MODEL, PARIS, tools=BOTH, max_tokens=4).body["choices"][0]
    (call,) = choice["message"]["tool_calls"]
    assert choice["finish_reason"] == "length"
    assert call["function"]["arguments"].startswith('{"city')


@pytest.mark.parametrize("kind", ["json_object", "json_schema"])
def test_json_that_max_tokens_cuts_is_the_same_whole_and_streamed(kind):
    shape = {"type": kind}
    if kind == "json_schema":
        shape[kind] = {"name": "x", "schema": WEATHER["parameters"]}
    whole = post(MODEL, PARIS, max_tokens=5, response_format=shape).body["choices"][0]
    chunks = events(post(MODEL, PARIS, max_tokens=5, response_format=shape, stream=True))
    text = "".join(one["choices"][0]["delta"].get("content") or "" for one in chunks)
    assert whole["message"]["content"] == text and text.startswith("{")
    assert whole["finish_reason"] == chunks[-1]["choices"][0]["finish_reason"] == "length"


def test_a_schema_that_nothing_fits_is_a_400_whole_and_streamed():
    schema = {"properties": {"a": {"type": "string", "pattern": "^a$", "minLength": 5}},
              "required": ["a"]}  # fmt: skip
    for stream in (False, True):
        answer = post(
            MODEL, tools=offered({"name": "f", "parameters": schema}), tool_choice="required",
            stream=stream,
        )  # fmt: skip
        assert (answer.status, answer.body["error"]["code"]) == (400, "invalid_schema")
