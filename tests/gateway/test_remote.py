"""A backend at a URL: what it is asked, how its events are read, and what its refusals mean."""

import io
import json
from email.message import Message as Headers
from types import SimpleNamespace

import pytest
from errors import ApiError
from failover import breaker, chain, chat_request, events, order, remote
from failover.table import number, state_of
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

from tests.gateway.scripted import READ, Model

CITY = {"type": "object", "properties": {"city": {"type": "string"}}}
HELLO = Ask((Message("user", "Hello"),), 16)
SAID = {"role": "user", "content": "Hello"}
PLAIN = {
    "model": "m",
    "messages": [SAID],
    "max_tokens": 16,
    "temperature": 0.0,
    "stream": True,
    "stream_options": {"include_usage": True},
}


# What is asked


def test_what_a_caller_has_not_said_is_not_asked():
    assert chat_request.of(HELLO, "m") == PLAIN


def test_each_wish_has_its_field_and_top_k_has_none():
    wishes = {"top_p": 0.5, "seed": 0, "presence_penalty": 0.1, "frequency_penalty": -0.1}
    ask = Ask(HELLO.messages, 16, 0.7, stop=("END", "."), top_k=40, shape=CITY, **wishes)
    assert chat_request.of(ask, "m") == {
        **PLAIN,
        **wishes,
        "temperature": 0.7,
        "stop": ["END", "."],
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "answer", "schema": CITY},
        },
    }
    some_object = Ask(HELLO.messages, 16, shape="json")
    assert chat_request.of(some_object, "m")["response_format"] == {"type": "json_object"}


def test_a_system_prompt_of_ours_comes_first_unless_the_caller_has_one():
    told = chat_request.of(HELLO, "m", "Be brief.")["messages"]
    assert told == [{"role": "system", "content": "Be brief."}, SAID]
    own = Ask((Message("system", "Be loud."), *HELLO.messages), 16)
    assert chat_request.of(own, "m", "Be brief.")["messages"] == [
        {"role": "system", "content": "Be loud."},
        SAID,
    ]


def test_tools_and_what_came_of_them_are_told_in_its_shape():
    ask = Ask(
        (
            *HELLO.messages,
            Message("assistant", "", (Call("c1", "weather", '{"city": "Oslo"}'),)),
            Message("tool", "cold", call_id="c1"),
        ),
        16,
        tools=(Tool("weather", "The weather.", CITY), Tool("time", "", CITY)),
        choice="required",
        parallel=False,
    )
    told = chat_request.of(ask, "m")
    assert told["messages"][1:] == [
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {
                    "id": "c1",
                    "type": "function",
                    "function": {"name": "weather", "arguments": '{"city": "Oslo"}'},
                }
            ],
        },
        {"role": "tool", "content": "cold", "tool_call_id": "c1"},
    ]
    assert told["tools"] == [
        {
            "type": "function",
            "function": {"name": "weather", "description": "The weather.", "parameters": CITY},
        },
        {"type": "function", "function": {"name": "time", "parameters": CITY}},
    ]
    assert (told["tool_choice"], told["parallel_tool_calls"]) == ("required", False)
    beside = chat_request.turn(Message("assistant", "Let me see.", (Call("c", "time", "{}"),)))
    assert beside["content"] == "Let me see."


# How its events are read


def lines(*given):
    """Events as they come over the wire, with what else may stand between them."""
    yield b": a comment\n"
    for each in given:
        yield b"event: chunk\n"
        yield b"data: " + (each if isinstance(each, bytes) else json.dumps(each).encode()) + b"\n"
        yield b"\n"


def chunk(finish=None, **delta):
    return {"choices": [{"delta": delta, "finish_reason": finish}]}


def read(*given):
    return list(events.pieces(lines(*given), 3))


def test_each_piece_is_one_token_until_the_backend_says_how_many_there_were():
    usage = {"usage": {"prompt_tokens": 11, "completion_tokens": 7}, "choices": []}
    told = read(
        chunk(content=""),
        chunk(content="Hel"),
        chunk(content="lo"),
        chunk("stop"),
        usage,
        b"[DONE]",
    )
    assert told == [
        TextPiece("Hel", Usage(3, 1)),
        TextPiece("lo", Usage(3, 2)),
        EndPiece("stop", Usage(11, 7)),
    ]
    assert read(chunk(content="Hel"), chunk("length"))[-1] == EndPiece("length", Usage(3, 1))
    assert read(chunk("tool_calls"), b"[DONE]", b"no JSON") == [EndPiece("stop", Usage(3))]


def test_a_call_comes_in_pieces():
    begun = {"id": "c1", "function": {"name": "weather", "arguments": ""}}
    more = {"function": {"arguments": "{}"}}
    assert read(chunk(tool_calls=[begun]), chunk(tool_calls=[more]), chunk("tool_calls")) == [
        CallPiece("c1", "weather", Usage(3, 1)),
        ArgumentsPiece("{}", Usage(3, 2)),
        EndPiece("stop", Usage(3, 2)),
    ]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ((chunk(content="x"),), "backend_lost"),
        ((chunk(content="x"), b"[DONE]"), "backend_lost"),
        ((b"<html>",), "backend_failed"),
        ((b"[1]",), "backend_failed"),
        (({"error": {"message": "account 123 is over its quota"}},), "backend_failed"),
    ],
)
def test_what_is_no_answer_is_a_failure_of_ours_that_says_nothing_of_theirs(given, code):
    with pytest.raises(ApiError) as raised:
        read(*given)
    assert (raised.value.status, raised.value.code) == (502, code)
    assert raised.value.type == "server_error" and "123" not in raised.value.message


# What its refusals mean


class Answer(io.BytesIO):
    """A refusal, as http.client has it."""

    def __init__(self, status, body, **headers):
        super().__init__(body if isinstance(body, bytes) else json.dumps(body).encode())
        self.status, self.headers = status, Headers()
        for name, value in headers.items():
            self.headers[name.replace("_", "-")] = value


@pytest.mark.parametrize("status", [400, 404, 408, 409, 413, 415, 422, 429])
def test_what_is_wrong_with_the_request_is_told_in_the_backends_words(status):
    error = {"message": "Too hot.", "code": "hot", "param": "temperature", "type": "its_own"}
    refused = remote.refusal(Answer(status, {"error": error}, Retry_After="7", Server="x"))
    assert (refused.status, refused.body()["error"]) == (status, error)
    assert refused.headers == {"Retry-After": "7"}


@pytest.mark.parametrize(
    ("status", "ours"), [(401, 502), (403, 502), (302, 502), (200, 502), (500, 500), (503, 503)]
)
def test_whatever_else_is_a_failure_with_no_word_of_it(status, ours):
    refused = remote.refusal(
        Answer(status, {"error": {"message": "key-1"}}, x_should_retry="false")
    )
    assert (refused.status, refused.code, refused.type) == (ours, "backend_failed", "server_error")
    assert refused.message == f"The backend answers {status}."
    assert refused.headers == {"x-should-retry": "false"}


@pytest.mark.parametrize("body", [b"<html>", {"error": "no"}, [1], {}, {"error": {}}])
def test_a_refusal_without_words_gets_ours(body):
    refused = remote.refusal(Answer(400, body))
    assert refused.body()["error"] == {
        "message": "The backend answers 400.",
        "type": "invalid_request_error",
        "param": None,
        "code": "backend_refused",
    }


def test_who_knows_counts_and_nobody_waits_when_the_time_is_up():
    known = remote.Remote("http://x", "m", Limits(9, 9), 1.0, counts=lambda ask: 42)
    rough = remote.Remote("http://x", "m", Limits(9, 9), 1.0)
    assert (known.count(HELLO), rough.count(HELLO)) == (42, 9)
    with pytest.raises(TimeoutError):
        remote.patience(None, 0.0)


def test_an_endpoint_is_asked_with_our_system_prompt(monkeypatch):
    asked = []
    one = remote.Remote("http://x", "m", Limits(9, 9), 1.0, system_prompt="Be brief.")
    link = SimpleNamespace(sock=SimpleNamespace(fileno=lambda: -1), close=lambda: None)
    monkeypatch.setattr(one, "_connected", lambda: link)
    monkeypatch.setattr(one, "_asked", lambda connection, told: asked.append(told) or io.BytesIO())
    with pytest.raises(ApiError):  # nothing is an answer that has broken off
        list(one.stream(HELLO))
    assert asked == [chat_request.of(HELLO, "m", "Be brief.")]


def chain_of(*backends):
    breakers = [breaker.Memory() for _ in backends]
    members = [
        chain.Member(f"b{number}", lambda seconds, each=each: each, its)
        for number, (each, its) in enumerate(zip(backends, breakers, strict=True))
    ]
    return chain.Chain(members, 1000.0, clock=lambda: 0.0), breakers


def test_what_the_last_one_cannot_read_is_refused_for_all():
    seen = []
    last = Model()
    last.refuse_long = seen.append
    chain_of(Model(), last)[0].refuse_long(HELLO)
    assert seen == [HELLO]


def test_where_nobody_may_be_asked_a_caller_reads_who_was_and_when_to_come_back():
    asked, breakers = chain_of(Model(), Model())
    for each, seconds in zip(breakers, (30.0, 4.4), strict=True):
        each.failed(0.0, seconds)
    with pytest.raises(ApiError) as raised:
        list(asked.stream(HELLO))
    assert (raised.value.status, raised.value.headers) == (503, {"Retry-After": "4"})
    assert raised.value.body()["error"] == {
        "message": "No backend has answered: b0 not asked, b1 not asked. Try again later.",
        "type": "server_error",
        "param": None,
        "code": "no_backend",
    }


# A breaker's state


@pytest.mark.parametrize(
    ("open_until", "now", "word"),
    [
        (0.0, 5.0, "closed"),
        (10.0, 9.9, "open"),
        (10.0, 10.0, "half open"),
        (10.0, 11.0, "half open"),
    ],
)
def test_a_state_has_a_word(open_until, now, word):
    assert breaker.State(open_until=open_until).word(now) == word


def test_the_third_failure_in_a_row_opens_a_trial_that_fails_and_a_time_that_is_asked_for():
    assert [breaker.opens(breaker.State(failures), None) for failures in (1, 2, 3, 4)] == [
        *(False, False),
        *(True, True),
    ]
    assert breaker.opens(breaker.State(1, open_until=5.0), None)
    assert breaker.opens(breaker.State(1), 0.0)


def test_an_item_is_read_as_it_was_written():
    assert state_of({}) == breaker.CLOSED
    item = {"failures": {"N": "3"}, "openUntil": number(1.5), "trialUntil": number(2.25)}
    assert state_of(item) == breaker.State(3, 1.5, 2.25)
    assert (number(1.23456), number(3)) == ({"N": "1.235"}, {"N": "3"})


# Who is asked, as the environment tells it


TOLD = [
    {"name": "instances", "url": "http://balancer:8080/v1", "ours": True},
    {"name": "elsewhere", "url": "https://api.example.com/v1"},
]


def told_of(monkeypatch, **environment):
    for name in ("FIRST_BACKENDS", "BREAKER_TABLE", "POOLS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return order.from_environment(Model())


def test_without_others_the_model_here_is_the_only_one(monkeypatch):
    assert told_of(monkeypatch) is None


def test_the_others_are_asked_in_their_order_and_then_the_model_here(monkeypatch):
    found = told_of(monkeypatch, FIRST_BACKENDS=json.dumps(TOLD))
    assert [(each.name, each.url, each.ours) for each in found.first] == [
        ("instances", "http://balancer:8080/v1", True),
        ("elsewhere", "https://api.example.com/v1", False),
    ]
    assert all(isinstance(each.breaker, breaker.Memory) for each in found.first)
    assert (found.pools, found.pool()) == ({}, "")
    chain = found.chain(1000.0, {"x-key-id": "blue"})
    assert [member.name for member in chain.members] == ["instances", "elsewhere", "function"]
    assert chain.deadline == 999.5
    assert chain.members[2].backend(9.0) is found.model


def test_only_instances_of_this_gateway_are_told_who_asks(monkeypatch):
    found = told_of(monkeypatch, FIRST_BACKENDS=json.dumps(TOLD))
    ours, other = (
        each.backend(7.0) for each in found.chain(1000.0, {"x-key-id": "blue"}).members[:2]
    )
    assert (ours.headers, other.headers) == ({"x-key-id": "blue"}, {})
    assert (ours.base_url, ours.name, ours.first_token) == (TOLD[0]["url"], "Fake-1M", 7.0)
    assert ours.limits == other.limits == Model.limits
    assert ours.count(HELLO) == READ and other.count(HELLO) != READ  # one is exact, one is rough


def test_with_a_table_the_breakers_of_all_environments_meet_there(monkeypatch):
    client = object()
    monkeypatch.setattr(order, "dynamodb", lambda: client)
    found = told_of(monkeypatch, FIRST_BACKENDS=json.dumps(TOLD), BREAKER_TABLE="breakers")
    assert [(each.breaker.table, each.breaker.backend) for each in found.first] == [
        ("breakers", "instances"),
        ("breakers", "elsewhere"),
    ]
    assert all(each.breaker.client is client for each in found.first)


def test_a_pool_is_drawn_by_its_percent(monkeypatch):
    only = {"stable": 100, "candidate": 0}
    found = told_of(monkeypatch, FIRST_BACKENDS=json.dumps(TOLD), POOLS=json.dumps(only))
    assert {found.pool() for _ in range(50)} == {"stable"}
