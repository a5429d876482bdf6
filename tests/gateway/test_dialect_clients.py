"""What a model can say, through OpenAI's and Anthropic's own clients, unmodified.

Each way an answer can go is told once, and read by both: whole and streamed, with the helpers that
put a stream together, which fail if an event or one of its fields is missing.
"""

import json
import subprocess

import openai
import pytest
from pydantic import BaseModel

from tests.gateway.door import ID, opened
from tests.gateway.scripted import READ, Model, call, text
from tools.others import clients

CITY = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
OSLO = ('{"city": ', '"Oslo"}')
CALLED = call("get_weather", *OSLO)

# Each way an answer can go: what the model says, and how it ends.
SAID = {
    "text": Model(*text("Hel", "lo")),
    "call": Model(*CALLED),
    "text and call": Model(*text("I will ", "look."), *CALLED),
    "two calls": Model(*CALLED, *call("get_weather", *OSLO, call_id="call_2")),
    "cut text": Model(*text("Hel"), end="length"),
    "cut call": Model(*call("get_weather", '{"city": "Os'), end="length"),
    "json": Model(*text(*OSLO)),
    "nothing": Model([]),
    "stopped": Model(*text("one"), end="stop_sequence", stopped_by="two"),
}


class Place(BaseModel):
    city: str


class Broken(Model):
    """A model that fails when it has begun."""

    def stream(self, ask):
        yield from list(super().stream(ask))[:1]
        raise RuntimeError("secret")


@pytest.fixture(params=SAID)
def said(request):
    """One way; the model's name is the way's."""
    with opened(SAID[request.param]) as url:
        yield request.param, openai.OpenAI(base_url=url + "/v1", api_key="k", max_retries=0)


FUNCTION = {"type": "function", "name": "get_weather", "strict": True, "parameters": CITY}
ASKED = {"model": Model.name, "input": "Weather in Oslo?", "tools": [FUNCTION]}
OUTPUT = {
    "text": (["message"], "Hello", []),
    "call": (["function_call"], "", [{"city": "Oslo"}]),
    "text and call": (["message", "function_call"], "I will look.", [{"city": "Oslo"}]),
    "two calls": (["function_call", "function_call"], "", [{"city": "Oslo"}, {"city": "Oslo"}]),
    "json": (["message"], '{"city": "Oslo"}', []),
    "nothing": (["message"], "", []),
    "stopped": (["message"], "one", []),
}


def summary(response):
    calls = [item for item in response.output if item.type == "function_call"]
    assert all(json.loads(one.arguments) == one.parsed_arguments for one in calls)
    assert response.usage.input_tokens == READ
    kinds = [item.type for item in response.output]
    return kinds, response.output_text, [one.parsed_arguments for one in calls]


def test_a_response_is_the_same_whole_and_put_together_from_a_stream(said):
    way, client = said
    if way in OUTPUT:
        whole = client.responses.parse(**ASKED)
        assert whole.status == "completed" and whole._request_id == ID
        with client.responses.stream(**ASKED) as stream:
            numbers = [event.sequence_number for event in stream]
            streamed = stream.get_final_response()
        assert numbers == list(range(len(numbers)))
        assert summary(whole) == summary(streamed) == OUTPUT[way]
        whole_items, items = ([one.status for one in each.output] for each in (whole, streamed))
        assert set(whole_items) | set(items) == {"completed"}


def test_a_response_that_max_tokens_cuts_is_incomplete(said):
    way, client = said
    if way.startswith("cut"):
        events = list(client.responses.create(**ASKED, stream=True))
        assert events[-1].type == "response.incomplete"
        for response in (client.responses.create(**ASKED), events[-1].response):
            assert response.status == "incomplete"
            assert response.incomplete_details.reason == "max_output_tokens"
            assert response.output[-1].status == "incomplete"


def test_a_response_is_parsed_into_a_class():
    with opened(SAID["json"]) as url:
        client = openai.OpenAI(base_url=url + "/v1", api_key="k", max_retries=0)
        asked = {"model": Model.name, "input": "Where?", "text_format": Place}
        with client.responses.stream(**asked) as stream:
            parsed = stream.get_final_response().output_parsed
        assert parsed == client.responses.parse(**asked).output_parsed == Place(city="Oslo")


def test_a_model_that_fails_in_the_middle_raises_openais_error():
    with opened(Broken()) as url:
        client = openai.OpenAI(base_url=url + "/v1", api_key="k", max_retries=0)
        with pytest.raises(openai.APIError, match="The function failed"):
            list(client.responses.create(**ASKED, stream=True))


def test_the_input_of_a_response_is_counted_without_an_answer():
    model = Model()
    with opened(model) as url:
        client = openai.OpenAI(base_url=url + "/v1", api_key="k", max_retries=0)
        assert client.responses.input_tokens.count(**ASKED).input_tokens == READ
    assert model.asked == [] and len(model.counted) == 1


def test_the_models_are_listed_for_openais_client():
    with opened(Model()) as url:
        client = openai.OpenAI(base_url=url + "/v1", api_key="k", max_retries=0)
        assert [model.id for model in client.models.list()] == [Model.name]
        with pytest.raises(openai.NotFoundError, match="no embedding model"):
            client.embeddings.create(model=Model.name, input="x")


# Anthropic's client is in an environment of its own: one process reads all ways.

ANTHROPIC = """
import json, sys
import anthropic
from pydantic import BaseModel

class Place(BaseModel):
    city: str

told, asked = json.loads(sys.argv[1]), json.loads(sys.argv[2])

def client(way):
    return anthropic.Anthropic(base_url=told[way], auth_token="k", max_retries=0)

def summary(message):
    blocks = [(b.type, b.text if b.type == "text" else b.input) for b in message.content]
    usage = message.usage.input_tokens, message.usage.output_tokens
    return blocks, message.stop_reason, message.stop_sequence, usage

def tried(call):
    try:
        return call()
    except anthropic.APIError as error:
        return type(error).__name__, error.type, str(error)[:300]

def streamed(way):
    with client(way).messages.stream(**asked) as stream:
        return [e.type for e in stream if hasattr(e, "type")], summary(stream.get_final_message())

def whole(way):
    message = client(way).messages.create(**asked)
    return message._request_id, summary(message)

found = {way: {"whole": tried(lambda: whole(way)), "streamed": tried(lambda: streamed(way))}
         for way in told}
plain = {**asked, "output_format": Place}
plain.pop("tools")
with client("json").messages.stream(**plain) as stream:
    found["parsed"] = stream.get_final_message().parsed_output.city
asked.pop("max_tokens")
found["counted"] = client("text").messages.count_tokens(**asked).input_tokens
found["models"] = [(m.id, m.display_name) for m in client("text").models.list()]
found["other model"] = tried(lambda: client("text").models.retrieve("claude"))
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def anthropics():
    """What Anthropic's client makes of each way."""
    from contextlib import ExitStack

    tool = {"name": "get_weather", "input_schema": CITY}
    asked = {"model": Model.name, "max_tokens": 9, "tools": [tool], "messages": [
        {"role": "user", "content": "Weather in Oslo?"}]}  # fmt: skip
    with ExitStack() as doors:
        ways = {**SAID, "broken": Broken()}
        urls = {way: doors.enter_context(opened(model)) for way, model in ways.items()}
        command = [
            str(clients.CLIENTS.python),
            "-c",
            ANTHROPIC,
            json.dumps(urls),
            json.dumps(asked),
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


needs_clients = pytest.mark.skipif(
    not clients.is_ready(), reason=f"the clients are not installed: {clients.COMMAND}"
)
USED = ["tool_use", {"city": "Oslo"}]
BLOCKS = {
    "text": ([["text", "Hello"]], "end_turn", None),
    "call": ([USED], "tool_use", None),
    "text and call": ([["text", "I will look."], USED], "tool_use", None),
    "two calls": ([USED, USED], "tool_use", None),
    "cut text": ([["text", "Hel"]], "max_tokens", None),
    "json": ([["text", '{"city": "Oslo"}']], "end_turn", None),
    "nothing": ([["text", ""]], "end_turn", None),
    "stopped": ([["text", "one"]], "stop_sequence", "two"),
}


@needs_clients
@pytest.mark.parametrize("way", BLOCKS)
def test_a_message_is_the_same_whole_and_put_together_from_a_stream(anthropics, way):
    request_id, whole = anthropics[way]["whole"]
    kinds, streamed = anthropics[way]["streamed"]
    assert request_id == ID
    assert whole == streamed
    *summary, usage = whole
    assert tuple(summary) == BLOCKS[way]
    assert usage == [READ, len(SAID[way].said)]
    assert kinds[0] == "message_start" and kinds[-1] == "message_stop"


@needs_clients
def test_a_call_that_max_tokens_cuts_says_so(anthropics):
    for way in ("whole", "streamed"):
        blocks, reason, *_ = anthropics["cut call"][way][1]
        assert reason == "max_tokens"
        assert [kind for kind, _ in blocks] == ["tool_use"]


@needs_clients
def test_a_model_that_fails_in_the_middle_raises_anthropics_error(anthropics):
    kind, type, words = anthropics["broken"]["streamed"]
    assert (kind, type) == ("APIStatusError", "api_error") or kind == "InternalServerError"
    assert "The function failed" in words and "secret" not in words


@needs_clients
def test_messages_are_parsed_and_counted_and_the_models_listed(anthropics):
    assert anthropics["parsed"] == "Oslo"
    assert anthropics["counted"] == READ
    assert anthropics["models"] == [[Model.name, Model.name]]
    assert anthropics["other model"][0] == "NotFoundError"
