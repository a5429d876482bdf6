"""Generated bad requests of Responses and Messages: each with one thing that is surely wrong.

What these dialects do not know they ignore, so a name that is unknown makes no request bad: here
stands, field by field, what does.
"""

from __future__ import annotations

import copy
import json
import math
import random
from typing import Any

from tests.gateway import bad_requests as common
from tests.gateway.bad_requests import JSON, MARKUP, NAME, POISON, SECRET, SEED, BadRequest

CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
GOOD: dict[str, dict[str, Any]] = {
    "/responses": {
        "model": NAME,
        "instructions": "Be brief.",
        "input": [
            {"role": "user", "content": [{"type": "input_text", "text": f"Hi {SECRET}"}]},
            {"type": "function_call", "call_id": "c1", "name": "weather", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "c1", "output": "sunny"},
        ],
        "tools": [{"type": "function", "name": "weather", "parameters": CITY}],
        "text": {"format": {"type": "json_schema", "name": "x", "schema": CITY}},
        "metadata": {"lesson": "10"},
        "max_output_tokens": 2,
    },
    "/messages": {
        "model": NAME,
        "max_tokens": 2,
        "system": [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}],
        "messages": [
            {"role": "user", "content": f"Hi {SECRET}"},
            {
                "role": "assistant",
                "content": [{"type": "tool_use", "id": "t1", "name": "weather", "input": {}}],
            },
            {
                "role": "user",
                "content": [{"type": "tool_result", "tool_use_id": "t1", "content": "sunny"}],
            },
        ],
        "tools": [{"name": "weather", "input_schema": CITY}],
        "output_config": {"format": {"type": "json_schema", "schema": CITY}},
        "metadata": {"user_id": "me"},
    },
}
COUNTS = {"/responses/input_tokens": "/responses", "/messages/count_tokens": "/messages"}

NO_TEXT = [5, 1.5, True, {"a": 1}, [None]]
NO_NUMBER = ["9", "many", True, [], {}, math.nan, math.inf, -math.inf]
NO_OBJECT = [5, True, "x", [5], "", 10**30]
NO_LIST = [5, True, "x", {"a": 1}]
NO_FLAG = [1, 0, "true", [], {}]
NO_COUNT = [*NO_NUMBER, 0, -1, 1.5, -(10**30), 10**30, 1e308]
NO_TOOL = [
    [5],
    [{"type": "function"}],
    [{"type": "function", "name": "a b", "parameters": CITY}],
    [{"type": ["function"]}],
    [{"name": "x" * 65, "input_schema": CITY, "type": 5}],
]
NO_SCHEMA = [
    {"type": "array"},
    {"$ref": "#"},
    {"type": "object", "properties": {"f": {"type": "array", "uniqueItems": True}}},
    {"type": "object", "properties": {"f": {"not": {}}}},
    {"type": "object", "properties": []},
    {"type": "what"},
    5,
    [],
]
NO_MODEL = [*NO_TEXT, "gpt-5", "claude", "", None, *MARKUP]

# What is wrong in a field, wherever it leads from there.
WRONG: dict[str, dict[str, list[Any]]] = {
    "/responses": {
        "model": NO_MODEL,
        "input": [
            None,
            5,
            True,
            {"a": 1},
            "",
            " ",
            [5],
            [[]],
            [{"role": "robot", "content": "x"}],
            [{"role": "user"}],
            [{"role": "user", "content": 5}],
            [{"role": "user", "content": [{"type": "input_image", "image_url": "x"}]}],
            [{"role": "user", "content": [{"type": "input_text"}]}],
            [{"role": "assistant", "content": "Said."}],
            [{"type": "item_reference", "id": "x"}],
            [{"type": "web_search_call"}],
            [{"type": "function_call", "call_id": "c", "name": "f"}],
            [{"type": "function_call", "call_id": "a b", "name": "f", "arguments": "{}"}],
            [{"type": "function_call_output", "call_id": "c9", "output": "x"}],
        ],
        "instructions": NO_TEXT,
        "max_output_tokens": NO_COUNT,
        "temperature": [*NO_NUMBER, -0.1, 2.1, 10**30],
        "top_p": [*NO_NUMBER, -0.1, 1.1],
        "text": [*NO_OBJECT, {"format": {"type": "xml"}}, {"format": {"type": "json_schema"}}],
        "tools": [*NO_LIST, *NO_TOOL],
        "tool_choice": [5, True, "some", [], {"type": "web_search"}, {"type": "function"}],
        "parallel_tool_calls": NO_FLAG,
        "stream": NO_FLAG,
        "metadata": NO_OBJECT,
        "include": NO_LIST,
        "reasoning": NO_OBJECT,
        "store": NO_FLAG,
        "user": NO_TEXT,
        "background": [True, "yes", 1],
        "previous_response_id": ["resp_1", 5],
        "conversation": ["conv_1", {"id": "conv_1"}],
        "prompt": [{"id": "pmpt_1"}, "x"],
        "top_logprobs": [5, "x"],
    },
    "/messages": {
        "model": NO_MODEL,
        "messages": [
            None,
            5,
            True,
            "x",
            [],
            {},
            [5],
            [{"role": "robot", "content": "x"}],
            [{"role": "user"}],
            [{"role": "user", "content": 5}],
            [{"role": "user", "content": [{"type": "image", "source": {}}]}],
            [{"role": "user", "content": [{"type": "document"}]}],
            [{"role": "user", "content": [{"type": "text"}]}],
            [{"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t9"}]}],
            [{"role": "user", "content": [{"type": "tool_use", "id": "t", "name": "f"}]}],
            [{"role": "assistant", "content": [{"type": "tool_use", "id": "t", "name": "f"}]}],
            [{"role": "assistant", "content": "The answer is ("}],
        ],
        "system": [*NO_TEXT, [{"type": "image"}], [{"type": "text"}]],
        "max_tokens": [*NO_COUNT, None],
        "temperature": [*NO_NUMBER, -0.1, 1.1],
        "top_p": [*NO_NUMBER, -0.1, 1.1],
        "top_k": [*NO_NUMBER, -1, 1.5],
        "stop_sequences": [5, True, ["a"] * 5, ["x" * 101], [1], [""]],
        "output_config": [*NO_OBJECT, {"format": {"type": "xml"}}, {"format": 5}],
        "tools": [*NO_LIST, *NO_TOOL],
        "tool_choice": [5, True, "auto", [], {"type": "some"}, {"type": "tool"}],
        "stream": NO_FLAG,
        "metadata": NO_OBJECT,
        "thinking": NO_OBJECT,
        "context_management": NO_OBJECT,
        "service_tier": NO_TEXT,
        "container": ["container_1", {"id": "x"}],
        "mcp_servers": [[{"type": "url"}], "x"],
    },
}


def wrong_field(chance: random.Random, body: dict[str, Any], path: str) -> bytes:
    """A field with a wrong value."""
    name = chance.choice(list(WRONG[path]))
    body[name] = copy.deepcopy(chance.choice(WRONG[path][name]))
    return json.dumps(body).encode()


def wrong_schema(chance: random.Random, body: dict[str, Any], path: str) -> bytes:
    """A schema that no answer can be held to."""
    schema = copy.deepcopy(chance.choice(NO_SCHEMA))
    form = body.get("text", body.get("output_config"))["format"]
    name = "parameters" if path == "/responses" else "input_schema"
    holder, key = chance.choice([(form, "schema"), (body["tools"][0], name)])
    holder[key] = schema if schema else 5
    return json.dumps(body).encode()


def poisoned(chance: random.Random, body: dict[str, Any], path: str) -> bytes:
    """Text that is none, or would frame a turn, in some text of the body."""
    ways = [way for way, value in common.places(body) if isinstance(value, str)]
    *holders, last = chance.choice(ways)
    holder = body
    for step in holders:
        holder = holder[step]
    holder[last] += chance.choice(POISON)
    return json.dumps(body).encode()


def too_long(chance: random.Random, body: dict[str, Any], path: str) -> bytes:
    """More tokens than the model reads."""
    field = "instructions" if path == "/responses" else "system"
    body[field] = "a " * chance.randrange(1600, 4000)
    return json.dumps(body).encode()


def without(chance: random.Random, body: dict[str, Any], path: str) -> bytes:
    """Without what has to be there."""
    needed = ["model", "input"] if path == "/responses" else ["model", "messages", "max_tokens"]
    del body[chance.choice(needed)]
    return json.dumps(body).encode()


BODIES = [
    *[wrong_field] * 8,
    wrong_schema,
    wrong_schema,
    poisoned,
    poisoned,
    too_long,
    without,
    common.cut,
    common.broken_utf8,
    common.noise,
    common.huge,
    common.nested,
    common.twice,
    common.not_an_object,
]


def bad_request(chance: random.Random, path: str) -> BadRequest:
    """One bad request of a dialect; now and then its method or its type is what is wrong."""
    body = copy.deepcopy(GOOD[path])
    body["metadata"]["number"] = str(chance.random())  # so that no two are the same
    if chance.random() < 0.3:
        body["stream"] = True
    what = chance.random()
    if what < 0.04:
        method = chance.choice(["PUT", "PATCH", "DELETE", "GET", "TRACE", "X" * 5000, "\ud800"])
        return BadRequest(method, path, JSON, json.dumps(body).encode())
    if what < 0.08:
        kind = chance.choice(["text/plain", "multipart/form-data; boundary=x", "a/b" * 999])
        return BadRequest("POST", path, kind, json.dumps(body).encode())
    return BadRequest("POST", path, JSON, chance.choice(BODIES)(chance, body, path))


def different(path: str, count: int) -> list[BadRequest]:
    """So many bad requests of a dialect, no two the same."""
    chance = random.Random(f"{SEED} {path}")
    found: dict[BadRequest, None] = {}
    while len(found) < count:
        found[bad_request(chance, path)] = None
    return list(found)
