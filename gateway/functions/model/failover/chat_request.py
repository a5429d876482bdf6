"""A question as chat completions wants it: the way back from what dialects/chat_checks.py reads."""

from __future__ import annotations

from typing import Any

from inner import Ask, Message, Tool


def of(ask: Ask, model: str, system_prompt: str = "") -> dict[str, Any]:
    """The body of a request. OpenAI's shape has no `top_k`: that one wish is dropped."""
    messages = [turn(message) for message in ask.messages]
    if system_prompt and not any(message.role == "system" for message in ask.messages):
        messages.insert(0, {"role": "system", "content": system_prompt})
    wishes = {
        "top_p": ask.top_p,
        "seed": ask.seed,
        "stop": list(ask.stop) or None,
        "presence_penalty": ask.presence_penalty,
        "frequency_penalty": ask.frequency_penalty,
        "response_format": response_format(ask),
    }
    return {
        "model": model,
        "messages": messages,
        "max_tokens": ask.max_tokens,
        "temperature": ask.temperature,
        "stream": True,
        "stream_options": {"include_usage": True},
        **{name: value for name, value in wishes.items() if value is not None},
        **tools(ask),
    }


def turn(message: Message) -> dict[str, Any]:
    """One turn."""
    told: dict[str, Any] = {"role": message.role, "content": message.text}
    if message.calls:
        told["content"] = message.text or None
        told["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for call in message.calls
        ]
    if message.call_id is not None:
        told["tool_call_id"] = message.call_id
    return told


def response_format(ask: Ask) -> dict[str, Any] | None:
    """What the answer has to be."""
    if ask.shape is None:
        return None
    if ask.shape == "json":
        return {"type": "json_object"}
    return {"type": "json_schema", "json_schema": {"name": "answer", "schema": ask.shape}}


def tools(ask: Ask) -> dict[str, Any]:
    """What may be called, and whether."""
    if not ask.tools:
        return {}
    offered = [{"type": "function", "function": function(tool)} for tool in ask.tools]
    return {
        "tools": offered,
        "tool_choice": ask.choice,
        "parallel_tool_calls": ask.parallel,
    }


def function(tool: Tool) -> dict[str, Any]:
    """A tool."""
    told = {"name": tool.name, "parameters": tool.parameters}
    return {**told, "description": tool.description} if tool.description else told
