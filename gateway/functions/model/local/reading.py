"""What the model reads: a conversation behind our system prompt, calls and results as text."""

from __future__ import annotations

import os

from inner import Ask, Call, Message, Tool
from local import tools

SYSTEM_PROMPT = os.environ.get("SYSTEM_PROMPT", "You are a helpful assistant.")
SYSTEM_PROMPT_FIRST = os.environ.get("SYSTEM_PROMPT_FIRST") == "1"  # before a caller's own


def messages(ask: Ask, tool: Tool | None) -> list[dict[str, str]]:
    """The conversation as llama.cpp takes it.

    A caller's own system prompt takes the place of ours, unless ours is to come first. With none,
    the model's own template would put its maker's one there.

    Args:
        tool: what the answer is to call, if it is to call something.
    """
    calls = {call.id: call for message in ask.messages for call in message.calls}
    turns = [spoken(message, calls) for message in ask.messages if not says_nothing(message)]
    if SYSTEM_PROMPT_FIRST or not turns or turns[0]["role"] != "system":
        turns.insert(0, {"role": "system", "content": SYSTEM_PROMPT})
    if tool:
        turns[0]["content"] += "\n" + tools.instruction(tool)
    return turns


def says_nothing(message: Message) -> bool:
    """Whether this is a system prompt without a text: some clients send it when they have none."""
    return message.role == "system" and not message.text.strip()


def spoken(message: Message, calls: dict[str, Call]) -> dict[str, str]:
    """A turn. The model's template knows no tools: calls and results are told in words.

    Calls as JSON would be answered with more of them.
    """
    if message.role == "tool":
        call = calls[message.call_id or ""]
        said = f"Result of {call.name} with {call.arguments}: {message.text}"
        return {"role": "user", "content": said}
    will = [f"I will call {call.name}." for call in message.calls]
    said = "\n".join([message.text, *will]) if message.text else " ".join(will)
    return {"role": message.role, "content": said}
