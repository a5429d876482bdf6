"""A question as Converse wants it: turns that alternate, and system prompts apart."""

from __future__ import annotations

import json
from typing import Any

from errors import ApiError
from inner import Ask, Message, Tool

Block = dict[str, Any]


def of(ask: Ask, model: str, system_prompt: str = "") -> dict[str, Any]:
    """The arguments of converse_stream. A seed is dropped: it is a wish, and Converse has none.

    Raises:
        ApiError: 400, unsupported_parameter: what would change the answer, and cannot be asked for.
    """
    refuse_penalties(ask)
    system = [message.text for message in ask.messages if message.role == "system"]
    told: dict[str, Any] = {
        "modelId": model,
        "messages": turns(ask.messages),
        "inferenceConfig": inference(ask),
    }
    if texts := [text for text in system or [system_prompt] if text.strip()]:
        told["system"] = [{"text": text} for text in texts]
    if ask.top_k is not None:
        told["additionalModelRequestFields"] = {"top_k": ask.top_k}
    return {**told, **tools(ask), **output(ask)}


def refuse_penalties(ask: Ask) -> None:
    """Refuse what Converse has no field for."""
    for name in ("presence_penalty", "frequency_penalty"):
        if getattr(ask, name):
            raise unsupported(name, f"{name} is not known to the model behind this gateway.")


def unsupported(name: str, message: str) -> ApiError:
    """A refusal by name: to drop it would give another answer than was asked for."""
    return ApiError(400, "unsupported_parameter", message, name)


def inference(ask: Ask) -> dict[str, Any]:
    """How long the answer may be, and how it is drawn."""
    wishes = {
        "maxTokens": ask.max_tokens,
        "temperature": ask.temperature,
        "topP": ask.top_p,
        "stopSequences": list(ask.stop) or None,
    }
    return {name: value for name, value in wishes.items() if value is not None}


def turns(messages: tuple[Message, ...]) -> list[dict[str, Any]]:
    """User and assistant take turns: what one of them says in a row becomes one turn."""
    found: list[dict[str, Any]] = []
    for message in messages:
        if message.role == "system" or not (said := blocks(message)):
            continue
        role = "assistant" if message.role == "assistant" else "user"
        if found and found[-1]["role"] == role:
            found[-1]["content"] += said
        else:
            found.append({"role": role, "content": said})
    return found


def blocks(message: Message) -> list[Block]:
    """What one message says. Converse takes no empty text."""
    if message.role == "tool":
        result = {"toolUseId": message.call_id, "content": [{"text": message.text or "(nothing)"}]}
        return [{"toolResult": result}]
    said: list[Block] = [{"text": message.text}] if message.text.strip() else []
    for call in message.calls:
        use = {"toolUseId": call.id, "name": call.name, "input": json.loads(call.arguments or "{}")}
        said.append({"toolUse": use})
    return said


def tools(ask: Ask) -> dict[str, Any]:
    """What may be called, and whether; a conversation with calls in it has to offer them still."""
    called = any(message.calls for message in ask.messages)
    if not ask.tools or (ask.choice == "none" and not called):
        return {}
    choice: dict[str, Any] = {"auto": {}}
    if ask.choice == "required":
        one = len(ask.tools) == 1
        choice = {"tool": {"name": ask.tools[0].name}} if one else {"any": {}}
    offered = [{"toolSpec": tool(each)} for each in ask.tools]
    return {"toolConfig": {"tools": offered, "toolChoice": choice}}


def tool(given: Tool) -> dict[str, Any]:
    """A tool."""
    told = {"name": given.name, "inputSchema": {"json": given.parameters}}
    return {**told, "description": given.description} if given.description else told


def output(ask: Ask) -> dict[str, Any]:
    """What the answer has to be.

    Raises:
        ApiError: 400, "some JSON object" was asked for: Converse wants to know which.
    """
    if ask.shape is None:
        return {}
    if ask.shape == "json":
        message = "response_format json_object needs a schema here: send json_schema."
        raise unsupported("response_format", message)
    schema = {"name": "answer", "schema": json.dumps(ask.shape)}
    shape = {"type": "json_schema", "structure": {"jsonSchema": schema}}
    return {"outputConfig": {"textFormat": shape}}
