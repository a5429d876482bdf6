"""Responses and Messages: what a request says, and what is said of what cannot be done."""

import json

import api
import pytest
from dialects import fields, messages, messages_checks, responses_checks
from errors import ApiError
from inner import Call, EndPiece, Message, Usage

from tests.gateway import agents
from tests.gateway.scripted import READ, Model, call, text

RESPONSES, MESSAGES = "/responses", "/messages"
HI = {"input": "Hi"}, {"max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}
GOOD = dict(zip((RESPONSES, MESSAGES), HI, strict=True))
COUNTS = {RESPONSES: "/responses/input_tokens", MESSAGES: "/messages/count_tokens"}
CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
NAMED = {"name": "weather", "description": "Weather in a city"}
TOOL = {
    RESPONSES: {"type": "function", **NAMED, "parameters": CITY},
    MESSAGES: {**NAMED, "input_schema": CITY},
}
PATHS = pytest.mark.parametrize("path", [RESPONSES, MESSAGES])


@pytest.fixture
def model():
    return Model()


def post(backend, path, **said):
    body = {"model": backend.name, **GOOD.get(path, {}), **said}
    return api.route("POST", path, json.dumps(body).encode(), backend)


def asked(backend, path, **said):
    """What the model was asked for such a request."""
    answer = post(backend, path, **said)
    assert answer.status == 200, answer.body
    list(answer.pieces())
    answer.close()
    return backend.asked[-1]


def refused(backend, path, **said):
    """The error's param and message."""
    answer = post(backend, path, **said)
    assert answer.status == 400 and backend.asked == []
    error = answer.body["error"]
    return error.get("param"), error["message"]


# What agents send


def test_claude_codes_request_is_understood(model):
    answer = post(model, MESSAGES, **agents.of(agents.CLAUDE_CODE, model.name))
    assert answer.status == 200 and answer.streams
    (ask,) = model.asked
    use = Call("toolu_01", "Bash", '{"command": "ls"}')
    assert [(each.role, each.calls) for each in ask.messages] == [
        ("system", ()),
        ("user", ()),
        ("assistant", (use,)),
        ("tool", ()),
        ("user", ()),
    ]
    assert ask.messages[0].text.endswith("\nYou are a coding agent in a terminal.")
    assert ask.messages[3] == Message("tool", "README.md", call_id="toolu_01")
    assert ask.max_tokens == model.limits.answer_tokens  # of the 64,000 that it wants
    assert [tool.name for tool in ask.tools] == ["Bash", "Read"]
    ignored = answer.headers[fields.HEADER].split(", ")
    assert ignored == ["metadata", "thinking", "context_management", "tools.web_search_20250305"]


def test_codexs_request_is_understood(model):
    answer = post(model, RESPONSES, **agents.of(agents.CODEX, model.name))
    assert answer.status == 200 and answer.streams
    (ask,) = model.asked
    roles = ["system", "system", "user", "assistant", "assistant", "tool"]
    assert [each.role for each in ask.messages] == roles
    assert ask.messages[4].calls == (Call("call_1", "shell", '{"command": "ls"}'),)
    assert ask.messages[5] == Message("tool", "README.md", call_id="call_1")
    assert [tool.name for tool in ask.tools] == ["shell"] and ask.parallel is False
    ignored = set(answer.headers[fields.HEADER].split(", "))
    assert {"reasoning", "client_metadata", "tools.web_search", "tools.custom"} < ignored
    assert not {"input", "instructions", "tools", "text", "stream"} & ignored


def test_codex_asks_with_nothing_whether_somebody_answers(model):
    assert asked(model, RESPONSES, input=[], max_output_tokens=1).messages == ()


@PATHS
def test_a_field_that_is_null_is_one_that_is_not_there(model, path):
    lists = (responses_checks if path == RESPONSES else messages_checks).LISTS
    names = {*lists.used, *lists.harmless, *lists.refused, "newer"}
    nulls = dict.fromkeys(names - {"model", "input", "messages", "max_tokens"})
    assert asked(model, path, **nulls) == asked(model, path)


@PATHS
def test_a_field_that_nobody_knows_is_ignored_and_named_but_not_repeated(model, path):
    odd = {"newer": 1, "a\r\nSet-Cookie: b": 1, "\u00e9": 1, "x" * 100: 1, "hi there": 1}
    told = post(model, path, **odd).headers[fields.HEADER]
    assert told == "newer, (4 more)"
    many = {f"field{number}": 1 for number in range(99)}
    assert post(model, path, **many).headers[fields.HEADER].endswith("field19, (79 more)")
    assert fields.HEADER not in post(model, path).headers


@PATHS
def test_no_name_is_on_two_lists_but_to_be_switched_off(path):
    lists = (responses_checks if path == RESPONSES else messages_checks).LISTS
    assert not lists.used.keys() & (lists.harmless.keys() | lists.refused.keys())
    assert lists.harmless.keys() & lists.refused.keys() <= {"background"}


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (RESPONSES, {"previous_response_id": "resp_1"}),
        (RESPONSES, {"conversation": "conv_1"}),
        (RESPONSES, {"conversation": {"id": "conv_1"}}),
        (RESPONSES, {"background": True}),
        (RESPONSES, {"prompt": {"id": "pmpt_1"}}),
        (RESPONSES, {"top_logprobs": 5}),
        (RESPONSES, {"include": "all"}),
        (RESPONSES, {"metadata": []}),
        (MESSAGES, {"container": "container_1"}),
        (MESSAGES, {"mcp_servers": [{"type": "url"}]}),
        (MESSAGES, {"metadata": "me"}),
    ],
    ids=str,
)
def test_what_would_make_it_another_answer_is_refused_by_name(model, path, said):
    (name,) = said
    param, message = refused(model, path, **said)
    assert name in message and param in (name, None)


def test_what_is_switched_off_is_no_reason_to_refuse(model):
    assert asked(model, RESPONSES, background=False, store=True).messages
    assert asked(model, MESSAGES, mcp_servers=[]).messages
    assert asked(model, MESSAGES, container="").messages


# What the model is told


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("Hi", "Hi"),
        ("", ""),
        ([], ""),
        ([{"type": "input_text", "text": "a"}, {"type": "input_text", "text": "b"}], "a\nb"),
        ([{"type": "refusal", "refusal": "No."}], "No."),
    ],
    ids=str,
)
def test_an_item_is_a_turn(model, content, said):
    ask = asked(model, RESPONSES, input=[{"role": "developer", "content": content}])
    assert ask.messages == (Message("system", said),)


@pytest.mark.parametrize("content", ["Hi", [{"type": "text", "text": "Hi", "citations": []}]])
def test_a_message_is_a_turn(model, content):
    ask = asked(model, MESSAGES, system=content, messages=[{"role": "user", "content": content}])
    assert ask.messages == (Message("system", "Hi"), Message("user", "Hi"))


def test_several_results_in_one_message_are_several_turns_before_its_text(model):
    uses = [{"type": "tool_use", "id": f"t{n}", "name": "f", "input": {}} for n in (1, 2)]
    results = [
        {"type": "text", "text": "Well?"},
        {"type": "tool_result", "tool_use_id": "t1"},
        {"type": "tool_result", "tool_use_id": "t2", "is_error": True, "content": "gone"},
    ]
    turns = [
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": uses},
        {"role": "user", "content": results},
    ]
    assert asked(model, MESSAGES, messages=turns).messages[2:] == (
        Message("tool", "", call_id="t1"),
        Message("tool", "Error: gone", call_id="t2"),
        Message("user", "Well?"),
    )


IMAGE = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "aa"}}


@pytest.mark.parametrize(
    ("path", "said", "words"),
    [
        (RESPONSES, {"input": [{"role": "user", "content": [{"type": "input_image"}]}]}, "text"),
        (RESPONSES, {"input": [{"type": "item_reference", "id": "1"}]}, "item_reference"),
        (RESPONSES, {"input": [{"type": "web_search_call"}]}, "web_search_call"),
        (RESPONSES, {"input": [{"role": "tool", "content": "x"}]}, "role"),
        (RESPONSES, {"input": [{"role": "assistant", "content": "I"}]}, "last turn"),
        (RESPONSES, {"input": [{"type": "function_call_output", "call_id": "c1", "output": "x"}]},
         "no call c1"),
        (RESPONSES, {"input": 5}, "input is 5"),
        (RESPONSES, {"input": None}, "input is null"),
        (RESPONSES, {"input": [["x"]]}, "input[0]"),
        (RESPONSES, {"instructions": ["x"]}, "instructions"),
        (MESSAGES, {"messages": [{"role": "user", "content": [IMAGE]}]}, "text"),
        (MESSAGES, {"messages": [{"role": "assistant", "content": "The answer is ("}]}, "last turn"),
        (MESSAGES, {"messages": []}, "messages"),
        (MESSAGES, {"messages": None}, "messages is null"),
        (MESSAGES, {"tools": [TOOL[RESPONSES]]}, "tools[0].type"),  # OpenAI's
        (MESSAGES, {"tools": [TOOL[MESSAGES]] * 2}, "Two of the tools have the name weather"),
        (RESPONSES, {"tools": [{"type": "function", "function": NAMED}]}, "tools[0].name"),  # chat's
        (MESSAGES, {"max_tokens": None}, "max_tokens"),
        (MESSAGES, {"max_tokens": 0}, "max_tokens"),
        (MESSAGES, {"temperature": 1.5}, "temperature"),
        (MESSAGES, {"stop_sequences": ["a"] * 9}, "stop_sequences"),
        (MESSAGES, {"messages": [{"role": "user", "content": [
            {"type": "tool_result", "tool_use_id": "t9", "content": "x"}]}]}, "no call t9"),
        (MESSAGES, {"messages": [{"role": "user", "content": [
            {"type": "tool_use", "id": "t", "name": "f", "input": {}}]}]}, "tool_use"),
    ],
    ids=lambda value: str(value)[:70],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_its_place(model, path, said, words):
    assert words in refused(model, path, **said)[1]


# Options and shapes


def test_options_reach_the_model(model):
    ask = asked(model, MESSAGES, top_k=5, top_p=0.5, temperature=0.5, stop_sequences=["."])
    assert (ask.top_k, ask.top_p, ask.temperature, ask.stop) == (5, 0.5, 0.5, (".",))
    ask = asked(model, RESPONSES, top_p=0.5, temperature=1.5, max_output_tokens=9)
    assert (ask.top_p, ask.temperature, ask.max_tokens) == (0.5, 1.5, 9)


@pytest.mark.parametrize("wanted", [10, 64_000])
def test_more_than_the_model_writes_is_what_it_writes(model, wanted):
    most = min(wanted, model.limits.answer_tokens)
    assert asked(model, RESPONSES, max_output_tokens=wanted).max_tokens == most
    assert asked(model, MESSAGES, max_tokens=wanted).max_tokens == most


def test_an_answer_has_the_shape_that_is_asked_for(model):
    form = {"type": "json_schema", "name": "city", "schema": CITY}
    answer = post(model, RESPONSES, text={"format": form, "verbosity": "low"})
    assert answer.body["text"]["format"] == {"description": None, **form, "strict": True}
    assert post(model, RESPONSES, text={"format": {"type": "json_object"}}).status == 200
    assert post(model, RESPONSES, text={"format": {"type": "text"}}).status == 200
    config = {"effort": "low", "format": {"type": "json_schema", "schema": CITY}}
    assert post(model, MESSAGES, output_config=config).status == 200
    shapes = [ask.shape for ask in model.asked]
    assert shapes[0] == shapes[3] and shapes[0]["required"] == ["city"]
    assert shapes[1:3] == ["json", None]


@pytest.mark.parametrize(
    ("path", "said", "param"),
    [
        (RESPONSES, {"text": {"format": {"type": "json_schema", "name": "x", "schema": {
            "type": "object", "properties": {"f": {"type": "array", "uniqueItems": True}}}}}},
         "text.format.schema.properties.f.uniqueItems"),
        (MESSAGES, {"output_config": {"format": {"type": "json_schema", "schema": {
            "type": "object", "properties": {"f": {"not": {}}}}}}},
         "output_config.format.schema.properties.f"),
        (RESPONSES, {"tools": [{**TOOL[RESPONSES], "parameters": {"type": "array"}}]},
         "tools[0].parameters"),
        (MESSAGES, {"tools": [{**TOOL[MESSAGES], "input_schema": {"if": {}}}]},
         "tools[0].input_schema"),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
def test_a_schema_that_cannot_be_held_is_refused_with_its_place(model, path, said, param):
    assert param in refused(model, path, **said)[1]


# Tools

CHOICES = {
    RESPONSES: {
        "auto": "auto",
        "none": "none",
        "required": "required",
        "named": {"type": "function", "name": "weather"},
        "other": {"type": "function", "name": "web_search"},
        "strange": {"type": "web_search"},
    },
    MESSAGES: {
        "auto": {"type": "auto"},
        "none": {"type": "none"},
        "required": {"type": "any"},
        "named": {"type": "tool", "name": "weather"},
        "other": {"type": "tool", "name": "web_search"},
        "strange": {"type": "some"},
    },
}


@PATHS
@pytest.mark.parametrize("choice", ["auto", "none", "required", "named"])
def test_a_choice_of_tools_reaches_the_model(model, path, choice):
    other = {**TOOL[path], "name": "other"}
    ask = asked(model, path, tools=[TOOL[path], other], tool_choice=CHOICES[path][choice])
    assert ask.choice == {"named": "required"}.get(choice, choice)
    assert [tool.name for tool in ask.tools] == ["weather", "other"][
        : 1 if choice == "named" else 2
    ]
    assert (ask.tools[0].description, ask.parallel) == ("Weather in a city", True)


@PATHS
@pytest.mark.parametrize("choice", ["other", "strange", "required"])
def test_a_choice_that_cannot_be_made_is_refused(model, path, choice):
    theirs = {"type": "web_search_20250305", "name": "web_search"}
    tools = [theirs] if choice == "required" else [TOOL[path]]
    _, message = refused(model, path, tools=tools, tool_choice=CHOICES[path][choice])
    assert "tool_choice" in message


def test_only_some_of_the_functions_may_be_allowed(model):
    those = [TOOL[RESPONSES], {**TOOL[RESPONSES], "name": "other"}]
    allowed = {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function"} | NAMED]}
    ask = asked(model, RESPONSES, tools=those, tool_choice=allowed)
    assert ([tool.name for tool in ask.tools], ask.choice) == (["weather"], "auto")


def test_messages_can_forbid_several_calls(model):
    choice = {"type": "any", "disable_parallel_tool_use": True}
    assert asked(model, MESSAGES, tools=[TOOL[MESSAGES]], tool_choice=choice).parallel is False


# Answers


def test_a_response_has_all_that_openais_has(model):
    body = post(
        Model(*call("weather", '{"city": "Oslo"}')), RESPONSES, tools=[TOOL[RESPONSES]]
    ).body
    (item,) = body["output"]
    assert item.pop("id").startswith("fc_") and body["id"].startswith("resp_")
    assert item == {
        "type": "function_call",
        "status": "completed",
        "call_id": "call_0123456789abcdef01234567",
        "name": "weather",
        "arguments": '{"city": "Oslo"}',
    }
    assert body["usage"]["total_tokens"] == READ + 2
    assert (body["store"], body["status"], body["tool_choice"]) == (False, "completed", "auto")


def test_a_message_has_all_that_anthropics_has(model):
    body = post(Model(*text("Hi"), *call("weather", '{"city": "Oslo"}')), MESSAGES).body
    assert body["id"].startswith("msg_")
    assert (body["type"], body["role"], body["model"]) == ("message", "assistant", "Fake-1M")
    assert body["content"] == [
        {"type": "text", "text": "Hi", "citations": None},
        {
            "type": "tool_use",
            "id": "toolu_0123456789abcdef01234567",
            "name": "weather",
            "input": {"city": "Oslo"},
            "caller": {"type": "direct"},
        },
    ]
    assert body["usage"].items() >= {"input_tokens": READ, "output_tokens": 3}.items()


@pytest.mark.parametrize(
    ("said", "end", "reason"),
    [
        # Anthropic: a call that max_tokens has cut is none that can be made.
        (text("Hi"), "stop", "end_turn"),
        (text("Hi"), "length", "max_tokens"),
        (text("Hi"), "stop_sequence", "stop_sequence"),
        (call("weather", "{}"), "stop", "tool_use"),
        (call("weather", "{"), "length", "max_tokens"),
    ],
)
def test_a_message_says_why_it_ends(said, end, reason):
    body = post(Model(said, end=end), MESSAGES, tools=[TOOL[MESSAGES]]).body
    assert body["stop_reason"] == reason


@pytest.mark.parametrize(
    ("end", "status", "details"),
    [("stop", "completed", None), ("length", "incomplete", {"reason": "max_output_tokens"})],
)
def test_a_response_says_whether_it_is_whole(end, status, details):
    body = post(Model(text("Hi"), end=end), RESPONSES).body
    assert (body["status"], body["incomplete_details"]) == (status, details)
    assert (body["completed_at"] is None) == (end == "length")
    assert body["usage"] == {
        "input_tokens": READ,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": 1,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": READ + 1,
    }


def streamed(backend):
    """The events of a message: their names, and what they say."""
    answer = post(backend, MESSAGES, stream=True, tools=[TOOL[MESSAGES]])
    parts = b"".join(answer.pieces()).decode().strip().split("\n\n")
    told = []
    for part in parts:
        name, data = part.split("\n")
        told.append(json.loads(data.removeprefix("data: ")))
        assert name == f"event: {told[-1]['type']}"
    return told


def test_a_streamed_message_tells_of_each_block_by_its_place():
    """As in Anthropic's "Streaming messages"."""
    told = streamed(Model([*text("Hi"), *call("weather", '{"city":', ' "Oslo"}')]))
    start, *blocks, why, stop = told
    assert start["message"]["usage"]["input_tokens"] == READ
    assert start["message"]["usage"]["output_tokens"] == 0
    assert [(one["type"].removeprefix("content_block_"), one["index"]) for one in blocks] == [
        ("start", 0), ("delta", 0), ("stop", 0),
        ("start", 1), ("delta", 1), ("delta", 1), ("stop", 1),
    ]  # fmt: skip
    assert blocks[3]["content_block"]["input"] == {}
    assert "".join(one["delta"]["partial_json"] for one in blocks[4:6]) == '{"city": "Oslo"}'
    assert why["delta"]["stop_reason"] == "tool_use" and why["usage"]["output_tokens"] == 4
    assert stop == {"type": "message_stop"}


class Silent(Model):
    def stream(self, ask):
        yield EndPiece("stop", Usage(READ, 0))


def test_a_streamed_message_without_a_word_has_an_empty_block():
    _, begun, done, _, _ = streamed(Silent())
    assert begun["content_block"] == {"type": "text", "text": "", "citations": None}
    assert (begun["index"], done) == (0, {"type": "content_block_stop", "index": 0})


def test_a_message_that_breaks_off_says_so_in_an_event_of_its_own():
    name, data, *_ = messages.broken(ApiError(500, "internal_error", "Oh.")).decode().split("\n")
    assert name == "event: error"
    assert json.loads(data.removeprefix("data: ")) == {
        "type": "error",
        "error": {"type": "api_error", "message": "Oh."},
    }


@pytest.mark.parametrize(("said", "told"), [({}, None), ({"max_output_tokens": 17}, 17)])
def test_a_response_repeats_what_was_asked(model, said, told):
    body = post(model, RESPONSES, instructions=" ", metadata={"a": "b"}, **said).body
    assert body["max_output_tokens"] == told
    assert (body["instructions"], body["metadata"]) == (" ", {"a": "b"})
    assert [message.role for message in model.asked[-1].messages] == ["user"]  # none of no words


def test_each_event_of_an_item_says_of_which(model):
    answer = post(model, RESPONSES, stream=True)
    lines = b"".join(answer.pieces()).decode().splitlines()
    told = [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: {")]
    (item,) = {event["item"]["id"] for event in told if "item" in event}
    inside = [event for event in told if "content_index" in event]
    assert len(inside) > 3
    assert {(event["item_id"], event["output_index"]) for event in inside} == {(item, 0)}


@pytest.mark.parametrize(
    ("choice", "param"),
    [
        (5, "tool_choice"),
        ({"type": "function", "name": "a b"}, "tool_choice.name"),
        ({"type": "allowed_tools", "mode": "none", "tools": []}, "tool_choice.mode"),
        ({"type": "allowed_tools", "mode": "auto", "tools": 5}, "tool_choice.tools"),
        ({"type": "allowed_tools", "mode": "auto", "tools": [5]}, "tool_choice.tools"),
    ],
)
def test_a_choice_is_refused_with_its_place(model, choice, param):
    found, message = refused(model, RESPONSES, tools=[TOOL[RESPONSES]], tool_choice=choice)
    assert found == param and message.startswith(param)


def test_a_choice_of_several_may_demand_a_call(model):
    allowed = {"type": "allowed_tools", "mode": "required", "tools": [TOOL[RESPONSES]]}
    ask = asked(model, RESPONSES, tools=[TOOL[RESPONSES]], tool_choice=allowed)
    assert (ask.choice, [tool.name for tool in ask.tools]) == ("required", ["weather"])


@pytest.mark.parametrize(
    ("said", "content", "finish"),
    [
        (text("Hm"), "Hm", "stop"),
        (call("weather", "{}"), None, "tool_calls"),  # OpenAI: null where there is only a call
        ([*text("Hm"), *call("weather", "{}")], "Hm", "tool_calls"),
    ],
)
def test_a_completion_has_the_text_beside_its_calls(said, content, finish):
    tools = [{"type": "function", "function": {**NAMED, "parameters": CITY}}]
    messages = [{"role": "user", "content": "Hi"}]
    body = post(Model(said), "/chat/completions", messages=messages, tools=tools).body
    (choice,) = body["choices"]
    assert (choice["message"]["content"], choice["finish_reason"]) == (content, finish)


@PATHS
def test_tokens_are_counted_and_nothing_is_written(model, path):
    body = {name: value for name, value in GOOD[path].items() if name != "max_tokens"}
    answer = post(model, COUNTS[path], **body)
    assert (answer.status, answer.body["input_tokens"]) == (200, READ)
    assert model.asked == [] and answer.usage == {}


# Refusals


@PATHS
@pytest.mark.parametrize("place", ["", "/input_tokens", "/count_tokens"])
def test_a_refusal_has_the_dialects_own_shape(model, path, place):
    if path + place not in api.ROUTES:
        return
    for answer, status, kind in (
        (post(model, path + place, model="other"), 404, "not_found_error"),
        (api.route("POST", path + place, b"{", model), 400, "invalid_request_error"),
        (api.route("GET", path + place, b"", model), 405, "invalid_request_error"),
        (api.route("POST", path + place, b"{}", model, "a/b"), 415, "invalid_request_error"),
        (api.route("POST", path + place, b"x" * 70_000, model), 413, "request_too_large"),
    ):
        assert answer.status == status
        if path == MESSAGES:
            assert answer.body["type"] == "error"
            assert set(answer.body["error"]) == {"type", "message"}
            assert answer.body["error"]["type"] == kind
        else:
            assert set(answer.body) == {"error"}
            assert set(answer.body["error"]) == {"type", "message", "param", "code"}


def test_embeddings_are_refused_by_name(model):
    answer = post(model, "/embeddings", input="Hi")
    assert (answer.status, answer.body["error"]["code"]) == (404, "model_not_found")
    assert "no embedding model" in answer.body["error"]["message"]


def test_which_paths_stream_is_said_where_they_are():
    streams = {path for path, route in api.ROUTES.items() if route.streams}
    assert streams == {"/chat/completions", RESPONSES, MESSAGES}
