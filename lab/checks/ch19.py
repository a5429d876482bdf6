"""Chapter 19: what a client does with the calls that a model asks for, and a check of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from lab.checks.shared import keyed, steps
from lab.exercise.state import Exercise, NotYet
from lab.prompt.state import Reply

PATH = "/chat/completions"
MOST = 3


def _call(number: int, name: str, arguments: str) -> SimpleNamespace:
    """A call as OpenAI's client gives it."""
    function = SimpleNamespace(name=name, arguments=arguments)
    return SimpleNamespace(id=f"call_{number}", type="function", function=function)


CALLS = (
    _call(1, "add", '{"a": 2, "b": 3}'),
    _call(2, "weather", '{"city": "Paris"}'),
    _call(3, "add", '{"a": 2'),
    _call(4, "delete_all", "{}"),
    _call(5, "add", '{"a": 2, "b": "x"}'),
)
FUNCTIONS = {"add": lambda a, b: a + b, "weather": lambda city: f"20 degrees in {city}"}
TOLD = {"call_1": "5", "call_2": "20 degrees in Paris"}
FAILS = {
    "call_3": "arguments that are no JSON",
    "call_4": "a function that is not there",
    "call_5": "a function that raises",
}


def results(value: Any, _: Mapping[str, Any]) -> str:
    """The messages that answer a model's calls."""
    run = steps.function(value)
    wrong = "With a call that fails"
    hint = "Put try around all of a call: reading its arguments, finding the function, running it."
    got = steps.called(
        run, [*CALLS[:2]], dict(FUNCTIONS), hint="json.loads(call.function.arguments)"
    )
    _check_messages(got, CALLS[:2])
    for call in CALLS[2:]:
        what = f"{wrong}, {FAILS[call.id]}"
        found = steps.called(run, [call], dict(FUNCTIONS), hint=hint, what=what)
        _check_messages(found, (call,))
    return "Each call has its answer, a failure too: the model can read what went wrong."


def _check_messages(got: Any, wanted: tuple[SimpleNamespace, ...]) -> None:
    """One message for each call, in their order."""
    if not isinstance(got, list) or not all(isinstance(one, Mapping) for one in got):
        raise NotYet(f"It gives a {type(got).__name__}.", "Give back a list of messages.")
    if len(got) != len(wanted):
        raise NotYet(
            f"{len(wanted)} calls have {len(got)} messages.",
            "One message for each call, also for one that fails: the model waits for all of them.",
        )
    for message, call in zip(got, wanted, strict=True):
        if message.get("role") != "tool":
            raise NotYet(f"The role is {message.get('role')!r}.", 'It is "tool".')
        if message.get("tool_call_id") != call.id:
            raise NotYet(
                f"The tool_call_id is {message.get('tool_call_id')!r}: nobody knows which call it answers.",
                "It is call.id.",
            )
        said = message.get("content")
        if not isinstance(said, str) or not said:
            raise NotYet(f"The content is {said!r}.", "It is text: str(…).")
        if said != TOLD.get(call.id, said):
            raise NotYet(
                f"The call {call.function.name}({call.function.arguments}) is told as {said!r}.",
                "functions[name](**arguments), as text.",
            )


def few_tools(value: Any, outputs: Mapping[str, Any]) -> str:
    """API Gateway refuses a conversation with more than three tools, and nothing else that was fine."""
    steps.function(value)
    kept = _ask(outputs, 0, messages=[])
    if kept.status != 400 or kept.who != "gateway":
        raise NotYet(
            f"A conversation without messages gets {kept.status} from the {kept.who}: it was the "
            "gateway's 400 before.",
            "Keep what the schema says already: add to its properties.",
        )
    many = _ask(outputs, MOST + 1)
    if many.who != "gateway":
        raise NotYet(
            f"{MOST + 1} tools get {many.status} from the {many.who}: the gateway let them pass.",
            'properties["tools"]: an array with "maxItems". Then up().',
        )
    for count in (MOST, 0):
        fine = _ask(outputs, count)
        if fine.who != "function":
            raise NotYet(
                f"{count} tools get {fine.status} from the {fine.who}: {fine.said[:200]}",
                "At most three, and none is fine: no minItems, and tools are not required.",
            )
    return f"{MOST + 1} tools are the gateway's 400, {MOST} reach the function, which decides the rest."


def _ask(outputs: Mapping[str, Any], count: int, **more: Any) -> Reply:
    """What a conversation with some tools gets. It names no model, so that none has to answer."""
    function = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
    body: dict[str, Any] = {
        "model": "none",
        "messages": [{"role": "user", "content": "Hello."}],
        **({"tools": [function] * count} if count else {}),
        **more,
    }
    return keyed.post(outputs, PATH, body)


EXERCISES = (
    Exercise(
        "19.1",
        "Write results(calls, functions): for each call that the model asks for a message with what "
        "functions[name] gives; what raises is told to the model, too.",
        results,
        "A loop with try inside; call.function has name and arguments, which are JSON text.",
        """def results(calls, functions):
    messages = []
    for call in calls:
        try:
            arguments = json.loads(call.function.arguments)
            text = str(functions[call.function.name](**arguments))
        except Exception as error:
            text = f"It failed: {error!r}"
        messages.append({"role": "tool", "tool_call_id": call.id,
                         "content": text})
    return messages""",
        "whether a call should be run at all: that is yours to decide, or a person's",
    ),
    Exercise(
        "19.2",
        "Write few_tools(schema): the schema of a conversation, with at most three tools, so that "
        "API Gateway refuses the others.",
        few_tools,
        'tools is one more of the schema\'s properties: {"type": "array", …}.',
        """def few_tools(schema):
    tools = {"type": "array", "maxItems": 3}
    return {**schema,
            "properties": {**schema["properties"], "tools": tools}}""",
        "how long each tool's description is: only the function counts tokens",
        calls=True,
    ),
)
