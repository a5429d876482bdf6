"""The function to the letter: limits at their edges, whole refusals, what stands where nothing is said."""

import base64
import hashlib
import importlib.util
import io
import json
import sys
from datetime import datetime, timezone
from pathlib import Path
from types import SimpleNamespace

import answers
import api
import checks
import errors
import handler
import log
import pages
import prompts
import pytest
import server
from dialects import chat, chat_checks, chat_messages, chat_tools, models
from errors import ApiError
from inner import Call, Message
from local import reading

from tests.gateway.fake_model import FRAMES, NAME, USAGE, FakeModel, plain

LIMITS = FakeModel.limits
MODEL = Path(api.__file__).parent
CONTEXT = SimpleNamespace(aws_request_id="lambda-1", get_remaining_time_in_millis=lambda: 9500)


@pytest.fixture
def model():
    """A model that says "yes", and is cut."""
    return FakeModel("yes", reason="length")


def refusal(check, *given, **more):
    """What a check refuses with, whole."""
    with pytest.raises(ApiError) as found:
        check(*given, **more)
    error = found.value
    assert error.headers == {} and error.type == "invalid_request_error"
    assert str(error) == error.message
    return error.status, error.code, error.param, error.message


# Errors


def test_an_error_is_openais_whole_object():
    assert errors.error_body("m", "t", "c") == {
        "error": {"message": "m", "type": "t", "param": None, "code": "c"}
    }
    assert errors.ApiError(400, "c", "m", "p").body() == {
        "error": {"message": "m", "type": "invalid_request_error", "param": "p", "code": "c"}
    }
    assert errors.ApiError(400, "c", "m", headers={"A": "b"}, type="tokens").body() == {
        "error": {"message": "m", "type": "tokens", "param": None, "code": "c"}
    }
    assert errors.ApiError(400, "c", "m", headers={"A": "b"}).headers == {"A": "b"}
    assert errors.failure("r1").body() == {
        "error": {
            "message": "The function failed. Its log says why, under request r1.",
            "type": "server_error",
            "param": None,
            "code": "internal_error",
        }
    }


# Bodies


@pytest.mark.parametrize(
    "body, words",
    [
        (b"", "The body is empty. Send {...}."),
        (b" \n", "The body is empty. Send {...}."),
        (b'{"a": \xff}', "The body is not UTF-8: byte 6 does not fit."),
        (b"[]", "The body must be an object: {...}."),
        (b'"x"', "The body must be an object: {...}."),
        (b'{"a": 1, "a": 2}', "A name occurs twice in one object."),
        (b'{"a": NaN}', "NaN is not JSON."),
        (b'{"a": -Infinity}', "-Infinity is not JSON."),
        (b"[" * 60_000, "The body is nested too deeply."),
        (b"{", ("The body is not JSON: Expecting property name enclosed in double quotes: "
               "line 1 column 2 (char 1).")),
    ],
    ids=range(10),
)  # fmt: skip
def test_what_is_no_body_is_told_in_these_words(body, words):
    assert refusal(checks.read, body, "{...}", FRAMES) == (400, "invalid_json", None, words)


def test_a_body_has_at_most_64_kilobytes():
    assert checks.read(b'{"a": 1}'.ljust(65_536), "", FRAMES) == {"a": 1}
    assert refusal(checks.read, b"x" * 65_537, "", FRAMES) == (
        413, "too_large", None, "The body has 65537 bytes; 65536 are the most."
    )  # fmt: skip


@pytest.mark.parametrize(
    "value, shown",
    [([1], "a list"), ({"a": 1}, "an object"), ("x" * 99, '"' + "x" * 59), (None, "null")],
)
def test_a_wrong_value_is_shown_short(value, shown):
    error = checks.wrong("a.b", value, "right")
    assert (error.status, error.code, error.param) == (400, "invalid_request", "a.b")
    assert error.message == f"a.b is {shown}; it must be right."


def test_a_field_that_is_not_there_is_named_with_those_that_are():
    assert refusal(checks.allow_only, ["a", "é" * 80], ["a", "b"], "x.") == (
        400,
        "unknown_field",
        "x." + "é" * 60,
        f"There is no field {ascii('é' * 80)[:60]}. The fields are: a, b.",
    )
    assert refusal(checks.allow_only, ["c"], ["a"])[2] == "c"
    checks.allow_only([], ["a"])


@pytest.mark.parametrize(
    "value, message",
    [
        (7, "p is 7; it must be text."),
        (" \n", 'p is " \\n"; it must be text with something in it.'),
    ],
)
def test_what_is_no_text_is_told_in_these_words(value, message):
    assert refusal(checks.text, value, "p") == (400, "invalid_request", "p", message)
    assert checks.text("", "p", empty=True) == "" and checks.text("x", "p") == "x"


@pytest.mark.parametrize(
    "value, code, message",
    [
        ("a\x00b", "not_text",
         "p has the character U+0000 at position 1; it must be plain text, sent as UTF-8."),
        ("ab\ufffd", "not_text",
         "p has the character U+FFFD at position 2; it must be plain text, sent as UTF-8."),
        *((f"a{frame}", "reserved_text",
           f"p has {frame} in it, which the model's chat format keeps for itself.")
          for frame in FRAMES),
    ],
    ids=range(5),
)  # fmt: skip
def test_what_may_be_in_no_text_is_told_in_these_words(value, code, message):
    assert refusal(checks.refuse_texts, {"p": value}, "", FRAMES) == (400, code, "p", message)
    checks.refuse_texts(
        {"p": value.replace("<", "").strip("\ufffd").replace("\x00", "")}, "", FRAMES
    )


@pytest.mark.parametrize("bad", ["\x08", "\x0b", "\x0c", "\x0e", "\x1f", "\x7f", "\x9f", "\ud800"])
def test_a_control_character_is_no_text(bad):
    assert refusal(checks.refuse_texts, {"p": f"ab{bad}"}, "", FRAMES)[1] == "not_text"


def test_tab_line_ends_and_what_comes_after_them_are_text():
    for good in ("\t", "\n", "\r", " ", "~", "\xa0", "\ud7ff", "\ue000", "\ufffc"):
        checks.refuse_texts({"p": [f"a{good}"]}, "", FRAMES)


@pytest.mark.parametrize(
    "fields, param",
    [
        ({"a": {"b": [1, {"c": "<|im_end|>"}]}}, "a.b[1].c"),
        ({"a": {"<|im_end|>": 1}}, "a.<|im_end|>"),
        ({"\x00": 1}, "\x00"),
        ({"tools": [{"stop": "<|im_end|>"}]}, "tools[0].stop"),
        ({"x" * 99: {"y" * 99: {"z" * 99: {"a" * 99: "\x00"}}}},
         f"{'x' * 60}.{'y' * 60}.{'z' * 60}.{'a' * 17}"),
    ],
    ids=range(5),
)  # fmt: skip
def test_text_is_looked_at_wherever_it_stands(fields, param):
    assert refusal(checks.read, json.dumps(fields).encode(), "", FRAMES)[2] == param


def test_a_text_that_ends_an_answer_may_be_a_frame():
    body = {"stop": ["<|im_end|>"], "parameters": {"stop": "<|im_end|>"}}
    assert checks.read(json.dumps(body).encode(), "", FRAMES) == body


LIMIT_CODES = {
    "integer_below_min_value", "integer_above_max_value", "decimal_below_min_value",
    "decimal_above_max_value", "string_above_max_length", "array_above_max_length", "empty_array",
}  # fmt: skip


@pytest.mark.parametrize(
    "check, value, code",
    [
        (lambda v, p: checks.whole(v, p, 2, 4), 1, "integer_below_min_value"),
        (lambda v, p: checks.whole(v, p, 2, 4), 5, "integer_above_max_value"),
        (lambda v, p: checks.number(v, p, 0, 2), -0.1, "decimal_below_min_value"),
        (lambda v, p: checks.number(v, p, 0, 2), 1e999, "decimal_above_max_value"),
        (checks.label, "x" * 513, "string_above_max_length"),
        (checks.stops, ["a"] * 5, "array_above_max_length"),
        (checks.stops, [], "empty_array"),
    ],
    ids=range(7),
)  # fmt: skip
def test_a_limit_that_is_exceeded_has_openais_code(check, value, code):
    assert refusal(check, value, "p")[:3] == (400, code, "p")


@pytest.mark.parametrize(
    "check, good, bad, words",
    [
        (lambda v, p: checks.whole(v, p, 2, 4), (2, 3, 4), (1, 5, 2.0, True, "3", None),
         "a whole number from 2 to 4"),
        (lambda v, p: checks.number(v, p, 0, 2), (0, 2, 1.5), (-0.1, 2.1, False, "1", 1e999),
         "a number from 0 to 2"),
        (checks.flag, (True, False), (1, 0, "true", None), "true or false"),
        (checks.label, ("", "x" * 512), ("x" * 513, 1, None), "text of at most 512 characters"),
        (lambda v, p: checks.label(v, p, 3), ("xxx",), ("xxxx",), "text of at most 3 characters"),
        (checks.only(1), (1,), (True, 1.0, 2, "1"), "1"),
        (checks.only(False, "a"), (False, "a"), (0, True, "b"), 'false or "a"'),
        (checks.stops, (["a"], ["a"] * 4, ["x" * 100]), ([], ["a"] * 5, 7, None, {}),
         "a list of 1 to 4 texts, or one text"),
    ],
    ids=range(8),
)  # fmt: skip
def test_a_check_passes_its_edges_and_nothing_beyond(check, good, bad, words):
    for value in good:
        assert (check(value, "p") == value and type(check(value, "p")) is type(value)) or words[
            0
        ] == "a"
    for value in bad:
        status, code, param, message = refusal(check, value, "p")
        assert (status, param) == (400, "p") and (code == "invalid_request" or code in LIMIT_CODES)
        assert message.endswith(f"; it must be {words}.")


def test_a_number_becomes_a_float_and_one_stop_text_a_list():
    assert isinstance(checks.number(1, "p", 0, 2), float)
    assert checks.stops("a", "p") == ["a"]


@pytest.mark.parametrize(
    "item, words",
    [("", "text of 1 to 100 characters"), ("x" * 101, "text of 1 to 100 characters"),
     (5, "text of 1 to 100 characters"), ("\x00", "plain text")],
)  # fmt: skip
def test_a_stop_text_that_is_none_is_refused(item, words):
    assert refusal(checks.stops, ["a", item], "stop")[3].endswith(f"it must be {words}.")
    assert refusal(checks.stops, [item], "stop")[:3] == (400, "invalid_request", "stop")


BOUNDS = {
    "max_tokens": (1, 256), "temperature": (0, 2), "seed": (-(2**63), 2**63 - 1),
    "max_new_tokens": (1, 256), "top_p": (0.01, 1), "top_k": (1, 1000),
    "num_return_sequences": (1, 1),
}  # fmt: skip


@pytest.mark.parametrize("name", BOUNDS)
def test_each_number_that_langchain_sends_has_these_bounds(name):
    check, (low, high) = prompts.parameters(LIMITS)[name], BOUNDS[name]
    assert (check(low, "p"), check(high, "p")) == (low, high)
    step = 0.001 if name in ("temperature", "top_p") else 1
    for beyond in (low - step, high + step):
        assert refusal(check, beyond, "p")[2] == "p"
    known = {"max_tokens", "temperature", "seed", "stop"}
    assert prompts.options(LIMITS).keys() == known
    assert prompts.parameters(LIMITS).keys() == {*known, *BOUNDS, "do_sample", "return_full_text"}


CHAT_BOUNDS = {"top_p": (0, 1), "presence_penalty": (-2, 2), "frequency_penalty": (-2, 2)}


@pytest.mark.parametrize("name", CHAT_BOUNDS)
def test_each_number_that_openais_clients_send_has_these_bounds(name):
    check, (low, high) = chat_checks.OPTIONS[name], CHAT_BOUNDS[name]
    assert (check(low, "p"), check(high, "p")) == (low, high)
    for beyond in (low - 0.001, high + 0.001):
        assert refusal(check, beyond, "p")[2] == "p"


def test_options_are_checked_under_their_whole_name_and_others_left():
    given = {"seed": 1, "other": 2}
    assert checks.options(given, checks.OPTIONS) == {"seed": 1}
    assert refusal(checks.options, {"seed": "x"}, checks.OPTIONS, "in.")[2] == "in.seed"
    assert refusal(checks.options, {"seed": "x"}, checks.OPTIONS)[2] == "seed"


# Conversations


HI = [{"role": "user", "content": "Hi"}]


def read(**fields):
    fields = chat_checks.given({"model": "m", "messages": HI, **fields})
    return chat_checks.delivery(fields), plain(chat_checks.asked(fields, LIMITS))


def test_a_conversation_is_read_with_all_that_is_not_said():
    assert read(seed=None) == (
        chat_checks.Delivery(stream=False, include_usage=False),
        {"messages": HI, "max_tokens": 128, "temperature": 0.0},
    )
    assert read(stream=True, stream_options={"include_usage": True}, max_completion_tokens=5,
                max_tokens=9, seed=1, stop=".") == (
        chat_checks.Delivery(stream=True, include_usage=True),
        {"messages": HI, "max_tokens": 5, "temperature": 0.0, "seed": 1, "stop": ["."]},
    )  # fmt: skip


def test_json_has_all_the_room_there_is_where_nothing_is_said():
    assert read(response_format={"type": "json_object"})[1]["max_tokens"] == 256
    assert read(tools=[{"type": "function", "function": {"name": "f"}}])[1]["max_tokens"] == 256
    assert read(response_format={"type": "json_object"}, max_tokens=7)[1]["max_tokens"] == 7


CALLED = {"role": "assistant", "content": None, "tool_calls": [
    {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}]}  # fmt: skip


def with_call(**changes):
    """An assistant's turn with a call in which something is wrong."""
    return [{**CALLED, "tool_calls": [{**CALLED["tool_calls"][0], **changes}]}]


@pytest.mark.parametrize(
    "value, param, words",
    [
        ([], "m", "m is a list; it must be a list of 1 to 2048 messages."),
        ({}, "m", "m is an object; it must be a list of 1 to 2048 messages."),
        (None, "m", "m is null; it must be a list of 1 to 2048 messages."),
        (HI * 2049, "m", "m is a list; it must be a list of 1 to 2048 messages."),
        ([*HI, {"role": "assistant", "content": "y"}], "m[1]",
         "The last turn is the assistant's; it must be one that it can answer."),
        ([*HI, 7], "m[1]", "m[1] is 7; it must be an object with role and content."),
        ([{"role": "alien", "content": "x"}], "m[0].role",
         'm[0].role is "alien"; it must be one of system, developer, user, assistant, tool.'),
        ([{"role": ["user"], "content": "x"}], "m[0].role",
         "m[0].role is a list; it must be one of system, developer, user, assistant, tool."),
        ([{"role": "user"}], "m[0].content", "m[0].content is null; it must be text."),
        ([{"role": "user", "content": "x", "audio": {"id": "a"}}], "m[0].audio",
         "m[0].audio is an object; it must be left out: nothing here can read it."),
        ([{"role": "user", "content": [{"type": "image_url", "url": "x"}]}], "m[0].content[0]",
         'm[0].content[0] is "image_url"; this model reads parts of the type text.'),
        ([{"role": "user", "content": [{"type": "text", "text": "x"}, 7]}], "m[0].content[1]",
         "m[0].content[1] is no part; this model reads parts of the type text."),
        ([{"role": "user", "content": ["text"]}], "m[0].content[0]",
         'm[0].content[0] is "text"; this model reads parts of the type text.'),
        ([{"role": "user", "content": [{"type": "text", "text": 5}]}], "m[0].content[0].text",
         "m[0].content[0].text is 5; it must be text."),
        ([{"role": "tool", "content": "x"}], "m[0].tool_call_id",
         "m[0].tool_call_id is null; it must be text."),
        ([CALLED, {"role": "tool", "content": "x", "tool_call_id": "c2"}], "m[1]",
         "There is no call c2 before its result."),
        ([{**CALLED, "tool_calls": 7}], "m[0].tool_calls",
         "m[0].tool_calls is 7; it must be a list of 1 to 2048 calls."),
        (with_call(function=None), "m[0].tool_calls[0]",
         "m[0].tool_calls[0] is an object; it must be an object with id, type and function."),
        (with_call(type="custom"), "m[0].tool_calls[0].type",
         'm[0].tool_calls[0].type is "custom"; it must be "function".'),
        (with_call(id=5), "m[0].tool_calls[0].id", "m[0].tool_calls[0].id is 5; it must be text."),
        (with_call(function={"name": "f"}), "m[0].tool_calls[0].function.arguments",
         "m[0].tool_calls[0].function.arguments is null; it must be text."),
        (with_call(function={"arguments": ""}), "m[0].tool_calls[0].function.name",
         "m[0].tool_calls[0].function.name is null; it must be text."),
    ],
    ids=range(22),
)  # fmt: skip
def test_what_is_no_conversation_is_told_where_and_in_these_words(value, param, words):
    assert refusal(chat_messages.conversation, value, "m")[2:] == (param, words)


def test_roles_parts_and_calls_become_plain():
    parts = [{"type": "text", "text": "a"}, {"type": "text", "text": ""},
             {"type": "text", "text": "b"}]  # fmt: skip
    no = [{"type": "refusal", "refusal": "no"}]
    assert chat_messages.conversation(
        [{"role": "developer", "content": "d"}, {"role": "assistant", "content": ""},
         {"role": "assistant", "content": no, "refusal": None, "tool_calls": [], "audio": {}},
         CALLED, {"role": "tool", "content": parts, "tool_call_id": "c1"},
         {"role": "user", "content": parts, "name": 5, "id": "m1"}], "m"
    ) == (
        Message("system", "d"), Message("assistant", ""), Message("assistant", "no"),
        Message("assistant", "", (Call("c1", "f", '{"a": 1}'),)),
        Message("tool", "a\nb", call_id="c1"), Message("user", "a\nb"),
    )  # fmt: skip


@pytest.mark.parametrize(
    "value, told",
    [
        ({}, False),
        ({"include_usage": True}, True),
        ({"include_usage": False, "include_obfuscation": True}, False),
    ],
)
def test_stream_options_tell_whether_usage_comes(value, told):
    assert chat_checks.stream_options(value, "s") is told


@pytest.mark.parametrize(
    "value, param, words",
    [
        (7, "s", "s is 7; it must be an object."),
        ({"x": 1}, "s.x", "There is no field 'x'. The fields are: include_usage, include_obfuscation."),
        ({"include_usage": 1}, "s.include_usage", "s.include_usage is 1; it must be true or false."),
        ({"include_obfuscation": 1}, "s.include_obfuscation",
         "s.include_obfuscation is 1; it must be true or false."),
    ],
    ids=range(4),
)  # fmt: skip
def test_stream_options_that_are_wrong(value, param, words):
    assert refusal(chat_checks.stream_options, value, "s")[2:] == (param, words)


def test_what_changes_nothing_is_one_of_these():
    good = {"n": 1, "logprobs": False, "top_logprobs": 0, "logit_bias": {}, "modalities": ["text"],
            "store": True, "service_tier": "flex", "user": "u", "safety_identifier": "s",
            "prompt_cache_key": "p", "prompt_cache_retention": "24h", "prompt_cache_options": {},
            "reasoning_effort": "low", "verbosity": "low", "metadata": {"a": 1}, "moderation": {},
            "prediction": {}, "thinking": {}}  # fmt: skip
    assert checks.options(good, chat_checks.HARMLESS) == good
    assert chat_checks.HARMLESS.keys() == good.keys()
    bad = {name: 7 if value not in (0, 1) else 2 for name, value in good.items()}
    for name, value in {**bad, "user": "u" * 513, "modalities": ["audio"]}.items():
        assert refusal(checks.options, {name: value}, chat_checks.HARMLESS)[2] == name


# Shapes


PERSON = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}


def shape(schema, **more):
    return {"type": "json_schema", "json_schema": {"name": "n", "schema": schema, **more}}


def test_a_format_is_text_json_or_a_shape():
    assert chat_tools.response_format({"type": "text"}, "f") is None
    assert chat_tools.response_format({"type": "json_object"}, "f") == "json"
    for strict in (True, False, None):
        found = chat_tools.response_format(shape(PERSON, strict=strict, description="d"), "f")
        assert found["required"] == ["name"] and found["additionalProperties"] is False


@pytest.mark.parametrize(
    "value, param, words",
    [
        ([], "f", "f is a list; it must be an object."),
        ({}, "f.type", 'f.type is null; it must be "text" or "json_object" or "json_schema".'),
        ({"type": "text", "x": 1}, "f.x", "There is no field 'x'. The fields are: type."),
        ({"type": "json_schema", "x": 1}, "f.x",
         "There is no field 'x'. The fields are: type, json_schema."),
        (shape(PERSON, x=1), "f.json_schema.x",
         "There is no field 'x'. The fields are: name, description, strict, schema."),
        (shape(PERSON, description=1), "f.json_schema.description",
         "f.json_schema.description is 1; it must be text."),
        ({"type": "json_schema"}, "f.json_schema",
         "f.json_schema is null; it must be an object with name and schema."),
        (shape(PERSON, strict=1), "f.json_schema.strict",
         "f.json_schema.strict is 1; it must be true or false."),
        (shape(PERSON, name="n" * 65), "f.json_schema.name", None),
        (shape(PERSON, name="a b"), "f.json_schema.name",
         'f.json_schema.name is "a b"; it must be 1 to 64 letters, digits, - and _.'),
        (shape(7), "f.json_schema.schema",
         "f.json_schema.schema cannot be held here: a JSON Schema is an object."),
    ],
    ids=range(11),
)  # fmt: skip
def test_a_format_that_is_wrong(value, param, words):
    found = refusal(chat_tools.response_format, value, "f")
    assert found[2] == param and words in (None, found[3])


# Routes


@pytest.mark.parametrize(
    "method, path, allow",
    [
        ("PUT", "/model", "GET, HEAD, OPTIONS, POST"),
        ("POST", "/models", "GET, HEAD, OPTIONS"),
        ("HEAD", "/chat/completions", "OPTIONS, POST"),
        ("DELETE", f"/models/{NAME}", "GET, HEAD, OPTIONS"),
        ("X" * 40, "/model", "GET, HEAD, OPTIONS, POST"),
    ],
)
def test_a_method_that_is_not_there(model, method, path, allow):
    answer = api.route(method, path, b"", model)
    assert (answer.status, answer.headers) == (405, {"Allow": allow})
    assert answer.body == errors.error_body(
        f"This path answers {allow}, not {ascii(method)[:20]}.",
        "invalid_request_error", "method_not_allowed",
    )  # fmt: skip


def test_options_and_head_say_what_is_there(model):
    answer = api.route("OPTIONS", "/chat/completions", b"", model)
    assert (answer.status, answer.body) == (204, None)
    assert answer.headers == {"Allow": "OPTIONS, POST"}
    answer = api.route("HEAD", "/models", b"", model)
    assert (answer.status, answer.body, answer.headers) == (200, None, {})
    assert api.route("HEAD", "/models/x", b"", model).status == 404


@pytest.mark.parametrize("path", ["/", "", "/nothing", "/models/a/b", "/" + "x" * 200, "/modelsx"])
def test_a_path_that_is_not_there(model, path):
    answer = api.route("GET", path, b"", model)
    assert (answer.status, answer.headers) == (404, {})
    assert answer.body["error"]["code"] == "not_found"
    assert answer.body["error"]["message"] == (
        f"There is nothing at {ascii(path.rstrip('/'))[:100]}, only {', '.join(api.ROUTES)}."
    )


def test_the_models_are_described(model):
    loaded = models.LOADED
    openais = {"id": NAME, "object": "model", "created": loaded, "owned_by": "gateway"}
    about = {
        **openais, "type": "model", "display_name": NAME, "lifecycle": "active",
        "created_at": datetime.fromtimestamp(loaded, timezone.utc).isoformat(),
        "max_input_tokens": 1500, "max_tokens": 256,
    }  # fmt: skip
    assert api.route("GET", "/models", b"", model).body == {
        "object": "list", "data": [about], "has_more": False, "first_id": NAME, "last_id": NAME,
    }  # fmt: skip
    assert api.route("GET", f"/models/{NAME}/", b"", model).body == about
    answer = api.route("GET", "/models/" + "x" * 80, b"", model)
    assert (answer.status, answer.body["error"]) == (404, {
        "message": f"There is no model {ascii('x' * 80)[:60]} here, only {NAME}.",
        "type": "invalid_request_error", "param": "model", "code": "model_not_found",
    })  # fmt: skip
    assert refusal(models.refuse_others, None, model) == (
        400, "invalid_request", "model", f"model is null; it must be text: {NAME}."
    )  # fmt: skip


@pytest.mark.parametrize(
    "kind", ["", "application/json; charset=x", "Application/JSON", "a/b+json"]
)
def test_a_body_may_be_called_json_or_nothing(kind):
    api.refuse_other_types(kind)


def test_a_body_that_is_called_something_else():
    assert refusal(api.refuse_other_types, "Text/" + "x" * 80 + "; a=b") == (
        415, "unsupported_media_type", None,
        (f"The body is {ascii('text/' + 'x' * 80)[:60]}. Send JSON, and Content-Type: "
        "application/json."),
    )  # fmt: skip


def test_a_prompt_is_answered_with_all_that_there_is(model):
    answer = api.route("POST", "/model", b'{"prompt": "Hi", "seed": 1}', model)
    assert (answer.status, answer.usage) == (200, USAGE) and 0 <= answer.first_token < 5
    assert answer.body == {
        "completion": "yes", "model": NAME, "usage": USAGE, "finish_reason": "length",
    }  # fmt: skip
    assert model.asked == [{"max_tokens": 128, "temperature": 0.0, "seed": 1, "messages": HI}]


@pytest.mark.parametrize(
    "parameters, asked, repeats",
    [
        ({}, {}, False),
        ({"do_sample": True, "temperature": 0.5}, {"temperature": 0.5}, False),
        ({"do_sample": False, "temperature": 0.5}, {"temperature": 0.0}, False),
        ({"max_new_tokens": 3, "num_return_sequences": 1}, {"max_tokens": 3}, False),
        ({"return_full_text": True, "top_p": 0.5, "top_k": 2}, {"top_p": 0.5, "top_k": 2}, True),
    ],
    ids=range(5),
)  # fmt: skip
def test_langchains_parameters_become_ours(model, parameters, asked, repeats):
    body = json.dumps({"inputs": "Hi", "parameters": parameters}).encode()
    answer = api.route("POST", "/model", body, model)
    assert answer.body == [{"generated_text": "Hiyes" if repeats else "yes"}]
    assert (answer.status, answer.usage) == (200, USAGE) and 0 <= answer.first_token < 5
    messages = model.asked[0].pop("messages")
    assert messages == HI
    assert model.asked == [{"max_tokens": 128, "temperature": 0.0, **asked}]


@pytest.mark.parametrize(
    "fields, param, words",
    [
        ({"inputs": 1}, "inputs", "inputs is 1; it must be text."),
        ({"inputs": "x", "seed": 1}, "seed",
         "There is no field 'seed'. The fields are: inputs, parameters."),
        ({"inputs": "x", "parameters": []}, "parameters",
         "parameters is a list; it must be an object."),
        ({"inputs": "x", "parameters": {"x": 1}}, "parameters.x", None),
        ({"inputs": "x", "parameters": {"top_k": 0}}, "parameters.top_k", None),
        ({}, "prompt", "prompt is null; it must be text."),
        ({"prompt": "x", "top_k": 1}, "top_k", ("There is no field 'top_k'. The fields are: prompt, "
                                               "max_tokens, temperature, seed, stop.")),
    ],
    ids=range(7),
)  # fmt: skip
def test_a_prompt_that_is_refused_names_the_field(model, fields, param, words):
    answer = api.route("POST", "/model", json.dumps(fields).encode(), model)
    error = answer.body["error"]
    assert (answer.status, error["param"]) == (400, param) and words in (None, error["message"])


def test_an_empty_body_is_shown_an_example(model):
    assert '{"prompt": "..."}' in api.route("POST", "/model", b"", model).body["error"]["message"]
    answer = api.route("POST", "/chat/completions", b"", model)
    assert answer.body["error"]["message"] == (
        'The body is empty. Send {"model": "...", "messages": '
        '[{"role": "user", "content": "..."}]}.'
    )


# Chat


def chatted(model, **fields):
    body = {"model": NAME, "messages": [{"role": "user", "content": "Hi"}], **fields}
    return api.route("POST", "/chat/completions", json.dumps(body).encode(), model)


def test_a_whole_answer_is_openais_to_the_field(model, monkeypatch):
    monkeypatch.setattr(chat.time, "time", lambda: 1234.9)
    answer = chatted(model)
    assert (answer.status, answer.headers, answer.usage) == (200, {}, USAGE)
    assert 0 <= answer.first_token < 5 and answer.content_type == "application/json"
    name = answer.body.pop("id")
    assert name.startswith("chatcmpl-") and len(name) == len("chatcmpl-") + 32
    assert answer.body == {
        "object": "chat.completion", "created": 1234, "model": NAME,
        "choices": [{
            "index": 0, "logprobs": None, "finish_reason": "length",
            "message": {"role": "assistant", "content": "yes", "refusal": None, "annotations": []},
        }],
        "usage": {**USAGE, "total_tokens": 5},
    }  # fmt: skip
    assert model.asked[0]["messages"] == HI


@pytest.mark.parametrize("tells", [True, False])
def test_a_stream_is_openais_to_the_field(model, monkeypatch, tells):
    monkeypatch.setattr(chat.time, "time", lambda: 1234.9)
    answer = chatted(model, stream=True, stream_options={"include_usage": tells})
    assert (answer.status, answer.headers) == (200, {})
    assert answer.streams and answer.content_type == "text/event-stream"
    assert 0 <= answer.first_token < 5 and answer.usage == {}
    pieces = list(answer.pieces())
    assert pieces[-1] == b"data: [DONE]\n\n" and answer.usage == USAGE
    found = [json.loads(piece[6:]) for piece in pieces[:-1]]
    same = {"id": found[0]["id"], "object": "chat.completion.chunk", "created": 1234, "model": NAME}
    same |= {"usage": None} if tells else {}

    def piece(delta, reason=None):
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
        return {**same, "choices": [choice]}

    last = [{**same, "choices": [], "usage": {**USAGE, "total_tokens": 5}}] if tells else []
    assert found == [
        piece({"role": "assistant", "content": "", "refusal": None}),
        piece({"content": "yes"}), piece({}, "length"), *last,
    ]  # fmt: skip


# Answers


def test_an_answer_is_nothing_json_or_pieces():
    assert list(answers.Answer(204).pieces()) == []
    assert list(answers.Answer(200, []).pieces()) == [b"[]"]
    assert list(answers.Answer(200, {"a": "é"}).pieces()) == [b'{"a": "\\u00e9"}']
    assert list(answers.Answer(200, iter([b"a", b"b"])).pieces()) == [b"a", b"b"]
    assert answers.event({"a": "é"}) == b'data: {"a": "\\u00e9"}\n\n'
    answers.Answer(200, {}).close()  # nothing to free


def test_an_answer_has_no_more_than_it_is_given():
    answer = answers.Answer(200)
    assert (answer.body, answer.headers, answer.usage, answer.first_token) == (None, {}, {}, None)
    assert answers.Answer(200).headers is not answer.headers


# The line


@pytest.fixture
def line(monkeypatch, capsys):
    """The line of an answer, two seconds after the request came."""
    clock = SimpleNamespace(now=100.0)
    monkeypatch.setattr(log.time, "perf_counter", lambda: clock.now)
    monkeypatch.setattr(log.time, "time", lambda: 5.5)

    def write(answer, namespace=None, fields=None):
        monkeypatch.setattr(log, "NAMESPACE", namespace)
        line = log.Line("lambda-1")
        line.fields.update(fields or {})
        clock.now += 2.00026
        line.write(answer, NAME)
        text = capsys.readouterr().out
        assert text.endswith("}\n") and text.count("\n") == 1
        return json.loads(text)

    return write


def test_the_line_of_an_answer_without_a_model(line):
    assert line(answers.Answer(404), "ns", {"path": "/x"}) == {
        "lambda_request_id": "lambda-1", "path": "/x", "status": 404, "milliseconds": 2000.3,
    }  # fmt: skip


def test_the_line_of_an_answer_without_metrics(line):
    assert line(answers.Answer(200, usage=USAGE, first_token=0.12345)) == {
        "lambda_request_id": "lambda-1", "status": 200, "milliseconds": 2000.3, **USAGE,
        "first_token_milliseconds": 123.5,
    }  # fmt: skip
    assert line(answers.Answer(200, usage=USAGE, first_token=0))["first_token_milliseconds"] == 0


def test_the_line_makes_metrics_by_opentelemetrys_names(line):
    found = line(answers.Answer(200, usage=USAGE, first_token=0.5), "ns")
    assert round(found.pop("gen_ai.server.request.duration"), 4) == 2.0003
    metrics = [
        {"Name": "gen_ai.usage.input_tokens", "Unit": "Count"},
        {"Name": "gen_ai.usage.output_tokens", "Unit": "Count"},
        {"Name": "gen_ai.server.time_to_first_token", "Unit": "Seconds"},
        {"Name": "gen_ai.server.request.duration", "Unit": "Seconds"},
    ]
    assert found == {
        "lambda_request_id": "lambda-1", "status": 200, "milliseconds": 2000.3, **USAGE,
        "first_token_milliseconds": 500.0,
        "_aws": {"Timestamp": 5500, "CloudWatchMetrics": [{
            "Namespace": "ns", "Dimensions": [["gen_ai.request.model"]], "Metrics": metrics,
        }]},
        "gen_ai.request.model": NAME,
        "gen_ai.usage.input_tokens": 3, "gen_ai.usage.output_tokens": 2,
        "gen_ai.server.time_to_first_token": 0.5,
    }  # fmt: skip
    without = line(answers.Answer(200, usage=USAGE), "ns")
    assert "gen_ai.server.time_to_first_token" not in without
    assert len(without["_aws"]["CloudWatchMetrics"][0]["Metrics"]) == 3


def test_a_failure_is_noted_by_where_it_was_and_not_by_its_text():
    line = log.Line("lambda-1")
    try:
        raise ValueError("the prompt")
    except ValueError as error:
        line.failed(error)
    assert line.fields["error"] == "ValueError"
    assert [__file__ in place for place in line.fields["traceback"]] == [True]
    assert "the prompt" not in str(line.fields["traceback"]).replace('"the prompt"', "")


# The handler


def proxied(**more):
    return {
        "httpMethod": "GET", "path": "/nothing", "headers": None, "body": None,
        "isBase64Encoded": False, "requestContext": {"requestId": "r1"}, **more,
    }  # fmt: skip


def handled(event, capsys):
    answer = handler.handler(event, CONTEXT)
    return answer, json.loads(capsys.readouterr().out)


def test_an_answer_and_its_line_are_whole(capsys, monkeypatch):
    monkeypatch.setattr(handler, "BUDGET", None)
    answer, line = handled(proxied(httpMethod="OPTIONS", path="/model"), capsys)
    assert answer == {
        "statusCode": 204, "body": "", "isBase64Encoded": False,
        "headers": {
            "Content-Type": "application/json", "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff", "Allow": "GET, HEAD, OPTIONS, POST",
            "x-request-id": "r1", "request-id": "r1",
        },
    }  # fmt: skip
    assert line.pop("milliseconds") >= 0
    assert line == {
        "lambda_request_id": "lambda-1", "request_id": "r1", "method": "OPTIONS", "path": "/model",
        "status": 204,
    }  # fmt: skip


def test_long_methods_are_logged_short_and_what_a_caller_puts_into_a_path_not_at_all(capsys):
    _, line = handled(proxied(httpMethod="M" * 30, path="/" + "p" * 300), capsys)
    assert (line["method"], line["path"]) == ("M" * 20, "(unknown)")


@pytest.mark.parametrize(
    "path, logged",
    [("/model", "/model"), ("/model/", "/model"), ("/models", "/models"), ("/models/", "/models"),
     ("/models/secret", "/models/{model}"), ("/models/secret/", "/models/{model}"),
     ("/models/a/b", "(unknown)"), ("/model/secret", "(unknown)"), ("/secret", "(unknown)"),
     ("/chat/completions", "/chat/completions"), ("/chat/completions/", "/chat/completions"),
     ("/chat", "(unknown)"), ("", "(unknown)"), ("/", "(unknown)")],
)  # fmt: skip
def test_a_path_is_logged_as_the_one_that_is_known(path, logged):
    assert api.at(path).name == logged


@pytest.mark.parametrize(
    "event, path",
    [
        ({"path": "/a"}, "/a"), ({"path": "/base/a", "resource": "/a"}, "/a"),
        ({"path": "/a", "resource": None}, "/a"), ({}, ""),
        ({"path": "/a", "resource": "/a", "pathParameters": None}, "/a"),
        ({"resource": "/models/{model}", "pathParameters": {"model": "m"}}, "/models/m"),
        ({"resource": "/{proxy+}", "pathParameters": {"proxy": "chat/completions"}},
         "/chat/completions"),
        ({"resource": "/{a}/{b}", "pathParameters": {"a": "1", "b": "2", "c": "3"}}, "/1/2"),
    ],
    ids=range(8),
)  # fmt: skip
def test_the_path_is_the_one_that_api_gateway_has_matched(event, path):
    assert handler.path_of(event) == path


@pytest.mark.parametrize(
    "identity, logged",
    [(None, None), ({}, None), ({"apiKeyId": ""}, None), ({"apiKeyId": "k"}, "k")],
)
def test_a_key_is_logged_by_its_id(capsys, identity, logged):
    context = {"requestId": "r1", "identity": identity}
    assert handled(proxied(requestContext=context), capsys)[1].get("key_id") == logged


def test_who_has_a_budget_asks_through_it(capsys, monkeypatch, model):
    seen = []
    monkeypatch.setattr(handler, "BUDGET", "the budget")
    monkeypatch.setattr(handler, "MODEL", model)
    monkeypatch.setattr(handler.budget, "Metered", lambda *given: seen.append(given) or model)
    context = {"requestId": "r1", "identity": {"apiKeyId": "k"}}
    handled(proxied(requestContext=context), capsys)
    assert seen == [(model, "the budget", "k", 9.5)]


@pytest.mark.parametrize(
    "headers, found",
    [(None, ""), ({}, ""), ({"Content-Type": "a"}, "a"), ({"x": "b", "CONTENT-TYPE": "c"}, "c")],
)
def test_a_header_is_found_whatever_its_case(headers, found):
    assert handler.header({"headers": headers}, "content-type") == found
    assert handler.header({}, "content-type") == ""


def test_a_body_is_text_bytes_or_nothing():
    def body(text, encoded=False):
        return handler.body_of({"body": text, "isBase64Encoded": encoded})

    assert (body(None), body(""), body("é")) == (b"", b"", b"\xc3\xa9")
    assert body(base64.b64encode(b"\xff").decode(), True) == b"\xff"
    assert body("\ud800") == b"\xed\xa0\x80"  # half of a pair: for the checks to refuse


def test_a_failure_is_answered_with_the_request_to_look_for(capsys):
    answer, line = handled({"requestContext": {}}, capsys)
    assert answer["statusCode"] == 500 and line["status"] == 500 and line["error"] == "KeyError"
    assert json.loads(answer["body"]) == errors.failure("lambda-1").body()
    ids = {"x-request-id": "lambda-1", "request-id": "lambda-1"}
    assert answer["headers"] == {"Content-Type": "application/json", **handler.NEVER_KEPT, **ids}


@pytest.mark.parametrize(
    "streaming, path, streams",
    [(True, "/chat/completions", True), (True, "/chat/completions/", True), (True, "/model", False),
     (True, "/responses", True), (True, "/messages", True), (True, "/messages/count_tokens", False),
     (False, "/chat/completions", False), (False, "/messages", False)],
)  # fmt: skip
def test_only_conversations_stream_and_only_where_it_may(
    capsys, monkeypatch, streaming, path, streams
):
    monkeypatch.setattr(handler, "streamed", lambda _: streaming)
    answer = handler.handler(proxied(path=path, httpMethod="OPTIONS"), CONTEXT)
    assert hasattr(answer, "__next__") is streams
    head = next(answer) if streams else answer
    assert head["headers"].items() >= handler.NEVER_KEPT.items()
    assert handler.NEVER_KEPT == {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


@pytest.mark.parametrize(
    ("module", "name", "variable", "given", "said", "usual"),
    [
        ("pages", "ORIGINS", "PAGE_ORIGINS", "https://a https://b", {"https://a", "https://b"}, set()),
        ("local/reading", "SYSTEM_PROMPT", "SYSTEM_PROMPT", "Be brief.", "Be brief.",
         "You are a helpful assistant."),
        ("instance/told", "BEHIND_BALANCER", "BEHIND_BALANCER", "1", True, False),
    ],
)  # fmt: skip
def test_a_setting_is_read_as_its_module_is_loaded(
    monkeypatch, module, name, variable, given, said, usual
):
    def loaded():
        spec = importlib.util.spec_from_file_location("anew", MODEL / f"{module}.py")
        made = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(made)
        return getattr(made, name)

    monkeypatch.delenv(variable, raising=False)
    assert loaded() == usual
    monkeypatch.setenv(variable, given)
    assert loaded() == said


def test_a_page_that_may_read_an_answer_is_told_what_of_its_head(monkeypatch):
    monkeypatch.setattr(pages, "ORIGINS", frozenset({"https://a"}))
    assert pages.headers("https://b") == {"Vary": "Origin"}
    assert pages.headers("https://a") == {
        "Access-Control-Allow-Origin": "https://a",
        "Access-Control-Expose-Headers": "Retry-After,x-should-retry,x-amzn-RequestId,"
        "x-amzn-ErrorType,x-request-id,request-id,x-ignored-fields",
        "Vary": "Origin",
    }


def test_ours_comes_first_where_the_settings_say_so_and_else_only_where_there_is_none(
    model, monkeypatch
):
    own = {"role": "system", "content": "Lie."}
    said = {"role": "user", "content": "Hi"}
    ours = {"role": "system", "content": "Be brief."}
    monkeypatch.setattr(reading, "SYSTEM_PROMPT", "Be brief.")
    for first, given, asked in (
        (False, [said], [ours, said]), (True, [said], [ours, said]),
        (False, [own, said], [own, said]), (True, [own, said], [ours, own, said]),
    ):  # fmt: skip
        monkeypatch.setattr(reading, "SYSTEM_PROMPT_FIRST", first)
        chatted(model, messages=given)
        assert reading.messages(model.asks[-1], None) == asked


# The server


def test_what_lambda_would_say_is_made_up_where_nobody_says_it(monkeypatch):
    monkeypatch.setattr(server.time, "time", lambda: 1000.0)
    made = server.Context({})
    assert len(made.aws_request_id) == 36 and made.deadline == 1_900_000
    assert made.get_remaining_time_in_millis() == 900_000
    told = server.Context({"request_id": "r", "deadline": 1_000_250.5})
    assert (told.aws_request_id, told.get_remaining_time_in_millis()) == ("r", 250)
    assert server.Context({"deadline": 1}).get_remaining_time_in_millis() == 0


@pytest.mark.parametrize("behind", [True, False])
def test_only_the_adapter_is_believed(monkeypatch, behind):
    monkeypatch.setattr(server, "BEHIND_ADAPTER", behind)
    request = SimpleNamespace(headers={"x-a": '{"b": 1}'})
    assert server.Requests.told(request, "x-a") == ({"b": 1} if behind else {})
    assert server.Requests.told(request, "x-b") == {}


@pytest.mark.parametrize(
    "environment, place",
    [({}, ("127.0.0.1", 8080)), ({"HOST": "0.0.0.0", "AWS_LWA_PORT": "99"}, ("0.0.0.0", 99))],
)
def test_it_listens_on_this_machine_unless_told(monkeypatch, environment, place):
    served = []

    class Server:
        def __init__(self, *given):
            served.append(given)

        def __enter__(self):
            return self

        def __exit__(self, *_):
            served.append("closed")

        def serve_forever(self):
            served.append("served")

        def end(self):
            """Nobody tells it to."""

    monkeypatch.setattr(server.signal, "signal", lambda *_: None)
    for name in ("HOST", "AWS_LWA_PORT"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(server, "Server", Server)
    server.main()
    assert served == [(place, server.Requests), "served", "closed"]


# The authorizer


def authorizer(monkeypatch, keys):
    monkeypatch.setenv("KEYS", json.dumps(keys))
    folder = Path(handler.__file__).parents[1] / "authorizer"
    spec = importlib.util.spec_from_file_location("authorizer_of_edges", folder / "handler.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    return module


ARN = "arn:aws:execute-api:us-east-1:123456789012:api1/v1/POST/chat/completions"
KEY_SHA256 = "2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683"  # of "key"


def test_a_key_that_is_known_gets_this_whole_answer(monkeypatch):
    made = authorizer(monkeypatch, {"0" * 64: "red", KEY_SHA256: "blue", "f" * 64: "green"})
    for headers in ({"Authorization": "Bearer key"}, {"x": "y", "AUTHORIZATION": "bEARER key"}):
        assert made.handler({"headers": headers, "methodArn": ARN}, None) == {
            "principalId": "blue",
            "policyDocument": {"Version": "2012-10-17", "Statement": [{
                "Effect": "Allow", "Action": "execute-api:Invoke",
                "Resource": "arn:aws:execute-api:us-east-1:123456789012:api1/v1/*",
            }]},
            "context": {"team": "blue"},
            "usageIdentifierKey": "key",
        }  # fmt: skip


@pytest.mark.parametrize(
    "headers",
    [None, {}, {"Authorization": ""}, {"Authorization": "key"}, {"Authorization": "Basic key"},
     {"Authorization": "Bearer other"}, {"Authorization": "Bearer  key"},
     {"Authorization": "Bearer key more"}, {"Other": "Bearer key"}],
    ids=range(9),
)  # fmt: skip
def test_who_has_no_such_key_is_refused_in_the_words_that_make_a_401(monkeypatch, headers):
    made = authorizer(monkeypatch, {KEY_SHA256: "blue"})
    with pytest.raises(Exception) as found:
        made.handler({"headers": headers, "methodArn": ARN}, None)
    assert type(found.value) is Exception and str(found.value) == "Unauthorized"


def test_a_key_may_have_a_space_in_it(monkeypatch):
    digest = hashlib.sha256(b"two words").hexdigest()
    made = authorizer(monkeypatch, {digest: "blue"})
    event = {"headers": {"Authorization": "Bearer two words"}, "methodArn": ARN}
    assert made.handler(event, None)["usageIdentifierKey"] == "two words"


# The server, as HTTP


@pytest.fixture
def served(monkeypatch):
    """A request to the server with some pieces for an answer: its events and what was sent."""

    def serve(pieces, method="GET", path="/x", version="HTTP/1.1", **headers):
        events, closed = [], []

        def respond(event, context):
            events.append((event, context))
            try:
                yield from pieces
            finally:
                closed.append(True)

        monkeypatch.setattr(handler, "respond", respond)
        lines = [
            f"{method} {path} {version}",
            *(f"{n.replace('_', '-')}: {v}" for n, v in headers.items()),
        ]
        request = ("\r\n".join([*lines, "Connection: close"]) + "\r\n\r\n").encode() + b"body"
        sent = io.BytesIO()
        made = object.__new__(server.Requests)
        made.rfile, made.wfile, made.client_address = io.BytesIO(request), sent, ("127.0.0.1", 1)
        made.server = None
        made.handle_one_request()
        head, _, body = sent.getvalue().partition(b"\r\n\r\n")
        return events, head.decode().split("\r\n"), body, closed

    return serve


def test_a_request_becomes_the_event_that_api_gateway_would_make(served):
    events, _, _, closed = served(
        [{"statusCode": 200, "headers": {}}], "POST", "/a%2Fb%FF?x=1", Content_Length=4, X_Mine="y"
    )
    ((event, context),) = events
    assert event == {
        "httpMethod": "POST", "path": "/a/b\ufffd", "isBase64Encoded": True,
        "headers": {"Content-Length": "4", "X-Mine": "y", "Connection": "close"},
        "body": base64.b64encode(b"body").decode(),
        "requestContext": {"requestId": context.aws_request_id},
    }  # fmt: skip
    assert closed == [True] and server.Requests.timeout == 75
    assert server.Requests.disable_nagle_algorithm is True


def test_an_answer_goes_out_in_chunks_with_its_headers(served):
    _, head, body, _ = served([{"statusCode": 201, "headers": {"X-A": "b"}}, b"one", b"", b"two"])
    assert head[0] == "HTTP/1.1 201 Created"
    assert {"X-A: b", "Transfer-Encoding: chunked", "Connection: close"} <= set(head)
    assert body == b"3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"


@pytest.mark.parametrize(
    "method, status, version, body",
    [("HEAD", 200, "HTTP/1.1", b""), ("GET", 204, "HTTP/1.1", b""), ("GET", 200, "HTTP/1.0", b"x"),
     ("GET", 205, "HTTP/1.1", b"1\r\nx\r\n0\r\n\r\n")],
)  # fmt: skip
def test_some_answers_have_no_body_or_no_chunks(served, method, status, version, body):
    _, head, sent, _ = served(
        [{"statusCode": status, "headers": {}}, b"x"], method, version=version
    )
    assert sent == body and ("Transfer-Encoding: chunked" in head) is (len(body) > 1)


@pytest.mark.parametrize(
    "headers, status, code, message",
    [
        ({"Content_Length": "x"}, 411, "length_required", "Send the body with a Content-Length."),
        ({"Transfer_Encoding": "chunked"}, 411, "length_required", "Send the body with a Content-Length."),
        ({"Content_Length": 65_537}, 413, "too_large", "The body has 65537 bytes; 65536 are the most."),
    ],
    ids=range(3),
)  # fmt: skip
def test_a_body_of_no_good_size_is_not_read(served, headers, status, code, message):
    events, head, body, _ = served([], "POST", **headers)
    assert events == [] and head[0].split(" ")[1] == str(status)
    assert "Content-Type: application/json" in head and "Connection: close" in head
    size, text, *_ = body.split(b"\r\n")
    assert int(size, 16) == len(text)
    assert json.loads(text) == errors.error_body(message, "invalid_request_error", code)


def test_a_body_of_the_largest_size_is_read_and_health_asks_nobody(served):
    assert len(served([{"statusCode": 200, "headers": {}}], "POST", Content_Length=65_536)[0]) == 1
    events, head, body, _ = served([], path="/health?x")
    assert events == [] and head[0] == "HTTP/1.1 200 OK" and body == b"2\r\nok\r\n0\r\n\r\n"


def test_the_line_is_written_at_once_and_in_one_piece(monkeypatch):
    writes = []
    out = SimpleNamespace(write=writes.append, flush=lambda: writes.append("flushed"))
    monkeypatch.setattr(sys, "stdout", out)
    log.Line("lambda-1").write(answers.Answer(204), NAME)
    assert [each for each in writes if each][1:] == ["flushed"] and writes[0].endswith("}\n")


def test_whole_answers_in_several_pieces_are_joined(capsys, monkeypatch, model):
    monkeypatch.setattr(handler, "BUDGET", None)
    monkeypatch.setattr(handler, "streamed", lambda _: False)
    monkeypatch.setattr(handler, "MODEL", model)
    monkeypatch.setattr(log, "NAMESPACE", "ns")
    body = json.dumps(
        {"model": NAME, "messages": [{"role": "user", "content": "Hi"}], "stream": True}
    )
    event = proxied(httpMethod="POST", path="/chat/completions", body=body)
    answer, line = handled(event, capsys)
    pieces = answer["body"].split("\n\n")
    assert pieces[-1] == "" and all(piece.startswith("data: ") for piece in pieces[:-1])
    assert line["gen_ai.request.model"] == NAME
    wrong = proxied(httpMethod="POST", path="/model", body="{}", headers={"Content-Type": "text/x"})
    assert handled(wrong, capsys)[0]["statusCode"] == 415


def test_a_caller_that_hangs_up_is_logged_as_one(capsys, monkeypatch, model):
    monkeypatch.setattr(handler, "BUDGET", None)
    monkeypatch.setattr(handler, "MODEL", model)
    pieces = handler.respond(proxied(httpMethod="GET", path="/models"), CONTEXT)
    next(pieces)
    pieces.close()
    line = json.loads(capsys.readouterr().out)
    assert (line["aborted"], line["status"]) == (True, 200)


def test_a_model_that_is_no_text_and_stops_that_are_none_are_shown(model):
    assert refusal(models.refuse_others, 7, model)[3] == f"model is 7; it must be text: {NAME}."
    assert (
        refusal(checks.stops, 7, "p")[3]
        == "p is 7; it must be a list of 1 to 4 texts, or one text."
    )
