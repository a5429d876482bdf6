"""The model of this function, loaded once, when this module is imported: SmolLM2 on llama.cpp."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from errors import ApiError
from guide.fits import fits
from guide.schemas import Schema, any_object, grammar
from inner import Ask, Limits, Piece, Tool
from local import gguf, holding, llama, reading, tools

LIMITS = Limits(
    prompt_tokens=1500,  # more would take longer than API Gateway waits
    answer_tokens=256,
)
CONTEXT_TOKENS = 2048  # the prompt, its frame, and the longest answer
FRAME_TOKENS = 8  # no chat format takes more around a message
SEEDS = 2**32 - 1  # llama.cpp takes this one for "another one each time"


class Local:
    """A model in this process; it is an inner.Backend, where each of its methods is described."""

    def __init__(self, weights: Path) -> None:
        self.name = os.environ.get("MODEL_NAME") or weights.name.split(".")[0]
        self.limits = LIMITS
        self.frames = gguf.frames(weights)
        self.llama = llama.Llama(weights, CONTEXT_TOKENS)

    def count(self, ask: Ask) -> int:
        """How many tokens it would read."""
        return self.llama.count(reading.messages(ask, tools.chosen(ask)))

    def refuse_long(self, ask: Ask) -> None:
        """Refuse more than it can read. A token has a byte or more: short texts need no count."""
        messages = reading.messages(ask, tools.chosen(ask))
        size = sum(len(message["content"].encode()) + FRAME_TOKENS for message in messages)
        if size <= self.limits.prompt_tokens:
            return
        tokens, most = self.llama.count(messages), self.limits.prompt_tokens
        if tokens > most:
            raise ApiError(
                400,
                "context_length_exceeded",
                # Agents look for the words before the comma, and shorten what they send.
                f"prompt is too long: {tokens} tokens > {most} maximum, with the system prompt "
                "and the frame around each message.",
                "messages",
            )

    def stream(self, ask: Ask) -> Generator[Piece, None, None]:
        """Answer piece by piece: text, or the arguments of the tool that was chosen."""
        self.refuse_long(ask)
        tool = tools.chosen(ask)
        schema = shape(ask, tool)
        with closing(self.llama.stream(request(ask, tool, schema))) as pieces:
            kept = pieces if schema is None else holding.held(pieces, partial(fits, schema=schema))
            yield from tools.called(kept, tool) if tool else kept


def request(ask: Ask, tool: Tool | None, schema: Schema | None) -> llama.Request:
    """What llama.cpp is asked. Of the options, it gets those that the caller has set."""
    options: dict[str, Any] = {
        "top_p": ask.top_p,
        "top_k": ask.top_k,
        "seed": None if ask.seed is None else ask.seed % SEEDS,
        "stop": list(ask.stop) or None,
        "presence_penalty": ask.presence_penalty,
        "frequency_penalty": ask.frequency_penalty,
        "grammar": None if schema is None else grammar(schema),
        # What is kept of an earlier answer was computed token by token, and rounded otherwise.
        # Who names a seed wants the same answer again, and waits for the whole prompt.
        "cache_prompt": None if ask.seed is None else False,
    }
    return {
        "messages": reading.messages(ask, tool),
        "max_tokens": ask.max_tokens,
        "temperature": ask.temperature,
        **{name: value for name, value in options.items() if value is not None},
    }


def shape(ask: Ask, tool: Tool | None) -> Schema | None:
    """The schema that the answer is held to; None for text."""
    if tool:
        return tool.parameters
    return any_object() if ask.shape == "json" else ask.shape


MODEL = Local(llama.find_weights())
