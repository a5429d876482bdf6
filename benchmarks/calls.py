"""Calls of tools on the real model: how many of so many have arguments that are valid by the schema.

python -m benchmarks.calls 1000
"""

from __future__ import annotations

import json
import random
import sys
from typing import Any

import jsonschema

from benchmarks import handler
from benchmarks.report import Report

QUICK, USUAL = 4, 60  # as a part of `make bench`; the whole thousand takes a quarter of an hour
TEMPERATURES = (0.0, 0.8, 1.5)


def tool(name: str, description: str, properties: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A tool of which every argument must be given."""
    parameters = {"type": "object", "properties": properties, "required": [*properties], **more}
    return {"name": name, "description": description, "parameters": parameters}


POINT = {
    "type": "object",
    "properties": {"lat": {"type": "number", "minimum": -90, "maximum": 90}, "label": {}},
    "required": ["lat"],
}
TOOLS = (
    tool(
        "get_weather",
        "Weather in a city",
        {"city": {"type": "string"}, "unit": {"enum": ["C", "F"]}},
        additionalProperties=False,
    ),
    tool("add", "Add two numbers", {"a": {"type": "integer"}, "b": {"type": "integer"}}),
    tool(
        "send_mail",
        "Send a mail",
        {
            "to": {"type": "string", "format": "email"},
            "subject": {"type": "string", "maxLength": 40},
            "priority": {"$ref": "#/$defs/Priority"},
            "when": {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]},
        },
        **{"$defs": {"Priority": {"type": "string", "enum": ["low", "high"]}}},
    ),
    tool(
        "plan_route",
        "Plan a route through places",
        {
            "stops": {"type": "array", "items": {"$ref": "#/$defs/Point"}, "maxItems": 2},
            "code": {"type": "string", "pattern": "^[A-Z]{2}-[0-9]{3}$"},
            "share": {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
            "via": {"type": ["string", "null"], "maxLength": 20},
        },
        **{"$defs": {"Point": POINT}},
    ),
)
ASKED = (
    "What is the weather in Paris, in C?",
    "Is it warm in Tokyo? Use F.",
    "What is 12 plus 30?",
    "Add 7 and 5.",
    "Mail anna@web.example that lunch is at noon.",
    "Plan a route from Oslo to Rome.",
    "Tell me a joke.",
)


def called(parts: Any, number: int) -> tuple[dict[str, Any], str]:
    """The tool that was called, and its arguments, as the endpoint gives them.

    Raises:
        ValueError: the answer is no call, or one that was cut.
    """
    chance = random.Random(number)
    offered = chance.sample(TOOLS, chance.randint(1, len(TOOLS)))
    body = handler.conversation(parts.model.name, chance.choice(ASKED), 256) | {
        "tools": [{"type": "function", "function": each} for each in offered],
        "tool_choice": "required",
        "temperature": TEMPERATURES[number % 3],
        "seed": number,
    }
    asked = handler.event("/chat/completions", body)
    answer = handler.quiet(lambda: parts.handler.handler(asked, handler.CONTEXT))
    (choice,) = json.loads(answer["body"])["choices"]
    if choice["finish_reason"] != "tool_calls":
        raise ValueError(f"call {number}: {answer['body']}")
    (call,) = choice["message"]["tool_calls"]
    function = call["function"]
    return next(each for each in offered if each["name"] == function["name"]), function["arguments"]


def valid(parts: Any, number: int) -> bool:
    """Whether a call has arguments that its tool's schema lets in."""
    try:
        tool, arguments = called(parts, number)
        checked = jsonschema.Draft202012Validator(
            tool["parameters"], format_checker=jsonschema.FormatChecker()
        )
        checked.validate(json.loads(arguments))
    except (ValueError, jsonschema.ValidationError) as error:
        print(f"call {number}: {error}", flush=True)
        return False
    return True


def measure(report: Report, times: int) -> None:
    """Call so often, and report."""
    parts = handler.function()
    good = sum(valid(parts, number) for number in range(times))
    report.number(f"calls with valid arguments, of {times}", good, "", at_least=times)


if __name__ == "__main__":
    measure(Report(), int(sys.argv[1]) if sys.argv[1:] else USUAL)
