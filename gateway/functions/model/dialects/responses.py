"""OpenAI's Responses, without a memory: text, tools and JSON, whole or streamed.

A response has a list of items: a message, or a call of a function. In a stream, each item is
opened, grows and is closed; every event carries what OpenAI's own has, for its clients check.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from functools import partial
from typing import Any

import answering
from answers import Answer, event
from dialects import fields, responses_checks
from errors import ApiError
from inner import ArgumentsPiece, Backend, CallPiece, EndPiece, Piece, TextPiece, Usage, Whole

PATH = "/responses"
COUNT_PATH = "/responses/input_tokens"

Told = tuple[str, dict[str, Any]]  # the type of an event, and what it carries beside


def create(body: bytes, model: Backend) -> Answer:
    """What POST /responses answers, whole or streamed."""
    request = responses_checks.read(body, model)
    begun = {**opening(model.name), **request.echoed}
    if request.stream:
        answer = answering.in_pieces(request.ask, model, partial(events, begun), broken)
    else:
        answer = answering.at_once(request.ask, model, partial(response, begun))
    answer.headers.update(fields.told(request.ignored))
    return answer


def count_input(body: bytes, model: Backend) -> Answer:
    """What POST /responses/input_tokens answers: how many tokens that request would read."""
    request = responses_checks.read(body, model)
    tokens = model.count(request.ask)
    answer = Answer(200, {"object": "response.input_tokens", "input_tokens": tokens})
    answer.headers.update(fields.told(request.ignored))
    return answer


def opening(model_name: str) -> dict[str, Any]:
    """A response that has only begun; what the request said comes on top."""
    return {
        "id": f"resp_{uuid.uuid4().hex}",
        "object": "response",
        "created_at": int(time.time()),
        "completed_at": None,
        "status": "in_progress",
        "error": None,
        "incomplete_details": None,
        "model": model_name,
        "output": [],
        "usage": None,
        # What this gateway does not do: keep anything, or work in the background.
        "store": False,
        "background": False,
        "previous_response_id": None,
        "max_tool_calls": None,
        "presence_penalty": 0.0,
        "frequency_penalty": 0.0,
        "top_logprobs": 0,
        "service_tier": "default",
        "truncation": "disabled",
    }


def ended(begun: dict[str, Any], output: list[dict[str, Any]], end: EndPiece) -> dict[str, Any]:
    """The response when nothing more comes."""
    cut = end.reason == "length"
    return {
        **begun,
        "completed_at": None if cut else int(time.time()),
        "status": "incomplete" if cut else "completed",
        "incomplete_details": {"reason": "max_output_tokens"} if cut else None,
        "output": output,
        "usage": counted(end.usage),
    }


def counted(usage: Usage) -> dict[str, Any]:
    """The tokens, as Responses names them."""
    return {
        "input_tokens": usage.prompt_tokens,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": usage.completion_tokens,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": usage.total_tokens,
    }


# Items


def message() -> dict[str, Any]:
    """A message of the model, with nothing in it yet."""
    return {
        "id": f"msg_{uuid.uuid4().hex}",
        "type": "message",
        "status": "in_progress",
        "role": "assistant",
        "content": [],
    }


def text_part(text: str = "") -> dict[str, Any]:
    """What a message consists of."""
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def function_call(call_id: str, name: str, arguments: str = "") -> dict[str, Any]:
    """A call that the client is asked to make."""
    return {
        "id": f"fc_{uuid.uuid4().hex}",
        "type": "function_call",
        "status": "in_progress",
        "call_id": call_id,
        "name": name,
        "arguments": arguments,
    }


def last_status(end: EndPiece) -> str:
    """The status of the last item: max_tokens may have cut it."""
    return "incomplete" if end.reason == "length" else "completed"


def response(begun: dict[str, Any], done: Whole) -> dict[str, Any]:
    """A response that comes whole."""
    output = [function_call(call.id, call.name, call.arguments) for call in done.calls]
    if done.text or not output:
        output.insert(0, {**message(), "content": [text_part(done.text)]})
    for item in output:
        item["status"] = "completed"
    output[-1]["status"] = last_status(done.end)
    return ended(begun, output, done.end)


# Events


def events(begun: dict[str, Any], pieces: Iterator[Piece]) -> Iterator[bytes]:
    """A response in server-sent events, numbered."""
    for number, (kind, said) in enumerate(told(begun, pieces)):
        yield event({"type": kind, "sequence_number": number, **said}, name=kind)


def broken(error: ApiError) -> bytes:
    """The event that tells of a failure: OpenAI's client raises its own error at this one."""
    return event(error.body(), name="error")


def told(begun: dict[str, Any], pieces: Iterator[Piece]) -> Iterator[Told]:
    """What happens, in the order that clients expect: no event may be missing."""
    yield "response.created", {"response": begun}
    yield "response.in_progress", {"response": begun}
    output: list[dict[str, Any]] = []
    for piece in pieces:
        if isinstance(piece, TextPiece):
            if not output or output[-1]["type"] != "message":
                yield from closed(output)
                yield from opened_message(output)
            yield more_text(output, piece.text)
        elif isinstance(piece, CallPiece):
            yield from closed(output)
            output.append(function_call(piece.id, piece.name))
            yield "response.output_item.added", {"output_index": place(output), "item": output[-1]}
        elif isinstance(piece, ArgumentsPiece):
            yield more_arguments(output, piece.text)
        else:
            if not output:
                yield from opened_message(output)
            yield from closed(output, last_status(piece))
            last = ended(begun, output, piece)
            yield f"response.{last['status']}", {"response": last}


def place(output: list[dict[str, Any]]) -> int:
    """Where the last item stands in the output."""
    return len(output) - 1


def within(output: list[dict[str, Any]]) -> dict[str, Any]:
    """What each event inside of the last item says: of which item it is."""
    return {"item_id": output[-1]["id"], "output_index": place(output)}


def opened_message(output: list[dict[str, Any]]) -> Iterator[Told]:
    """A message begins, and in it its only part."""
    output.append(message())
    yield "response.output_item.added", {"output_index": place(output), "item": output[-1]}
    part = text_part()
    yield "response.content_part.added", {**within(output), "content_index": 0, "part": part}
    output[-1]["content"] = [part]


def more_text(output: list[dict[str, Any]], text: str) -> Told:
    """The message grows."""
    output[-1]["content"][0]["text"] += text
    fields = {**within(output), "content_index": 0, "delta": text, "logprobs": []}
    return "response.output_text.delta", fields


def more_arguments(output: list[dict[str, Any]], text: str) -> Told:
    """The arguments of the call grow."""
    output[-1]["arguments"] += text
    return "response.function_call_arguments.delta", {**within(output), "delta": text}


def closed(output: list[dict[str, Any]], status: str = "completed") -> Iterator[Told]:
    """The last item is done, if there is one."""
    if not output:
        return
    item = output[-1]
    item["status"] = status
    if item["type"] == "message":
        part = {**within(output), "content_index": 0}
        text = item["content"][0]["text"]
        yield "response.output_text.done", {**part, "text": text, "logprobs": []}
        yield "response.content_part.done", {**part, "part": item["content"][0]}
    else:
        named = {"name": item["name"], "arguments": item["arguments"]}
        yield "response.function_call_arguments.done", {**within(output), **named}
    yield "response.output_item.done", {"output_index": place(output), "item": item}
