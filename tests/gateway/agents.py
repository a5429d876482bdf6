"""What coding agents send, in shape: the fields of their requests, with short texts in them.

The first request of a real one is long: `padded` makes it so.
"""

from __future__ import annotations

import copy
from typing import Any

SCHEMA = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "properties": {
        "command": {"type": "string", "description": "The command to run"},
        "timeout": {"type": "number", "description": "Milliseconds, at most 600000"},
        "run_in_background": {"type": "boolean"},
    },
    "required": ["command"],
    "additionalProperties": False,
}
CACHED = {"cache_control": {"type": "ephemeral"}}

CLAUDE_CODE: dict[str, Any] = {
    "model": "MODEL",
    "max_tokens": 64_000,
    "stream": True,
    "system": [
        {"type": "text", "text": "x-anthropic-billing-header: cc_entrypoint=cli; cch=00000;"},
        {"type": "text", "text": "You are a coding agent in a terminal.", **CACHED},
    ],
    "messages": [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "<system-reminder>Be brief.</system-reminder>"},
                {"type": "text", "text": "List the files.", **CACHED},
            ],
        },
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "I should look.", "signature": "c2lnbmVk"},
                {"type": "text", "text": "I look."},
                {
                    "type": "tool_use",
                    "id": "toolu_01",
                    "name": "Bash",
                    "input": {"command": "ls"},
                    "caller": {"type": "direct"},
                },
            ],
        },
        {
            "role": "user",
            "content": [
                {
                    "type": "tool_result",
                    "tool_use_id": "toolu_01",
                    "is_error": False,
                    "content": [{"type": "text", "text": "README.md"}],
                },
                {"type": "text", "text": "And now?", **CACHED},
            ],
        },
    ],
    "tools": [
        {"name": "Bash", "description": "Run a command.", "input_schema": SCHEMA, **CACHED},
        {"name": "Read", "input_schema": {"type": "object"}, "defer_loading": True},
        {"type": "web_search_20250305", "name": "web_search", "max_uses": 8},
    ],
    "tool_choice": {"type": "auto"},
    "metadata": {"user_id": "user_0_account__session_0"},
    "thinking": {"type": "adaptive", "budget_tokens": 0},
    "context_management": {"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]},
    "output_config": {"effort": "medium"},
    "temperature": 1,
}

CODEX: dict[str, Any] = {
    "model": "MODEL",
    "instructions": "You are a coding agent in a terminal.",
    "input": [
        {"type": "additional_tools", "tools": [{"type": "function", "name": "later"}]},
        {
            "type": "message",
            "role": "developer",
            "content": [{"type": "input_text", "text": "<permissions>all</permissions>"}],
        },
        {"role": "user", "content": [{"type": "input_text", "text": "List the files."}]},
        {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "c2VjcmV0"},
        {
            "type": "message",
            "id": "msg_1",
            "status": "completed",
            "phase": "commentary",
            "role": "assistant",
            "content": [{"type": "output_text", "text": "I look.", "annotations": []}],
        },
        {
            "type": "function_call",
            "id": "fc_1",
            "call_id": "call_1",
            "name": "shell",
            "arguments": '{"command": "ls"}',
            "status": "completed",
        },
        {"type": "function_call_output", "call_id": "call_1", "output": "README.md"},
    ],
    "tools": [
        {"type": "function", "name": "shell", "strict": False, "parameters": SCHEMA},
        {"type": "web_search", "external_web_access": False},
        {"type": "custom", "name": "apply_patch", "format": {"type": "grammar"}},
        {"type": "namespace", "name": "more", "tools": []},
    ],
    "tool_choice": "auto",
    "parallel_tool_calls": False,
    "reasoning": {"effort": "medium", "summary": "auto"},
    "store": False,
    "stream": True,
    "include": ["reasoning.encrypted_content"],
    "prompt_cache_key": "session-0",
    "client_metadata": {"x-codex-installation-id": "0"},
    "service_tier": "priority",
    "text": {"verbosity": "low"},
}


def of(body: dict[str, Any], model: str, **changed: Any) -> dict[str, Any]:
    """An agent's request to this model, with some fields changed."""
    return {**copy.deepcopy(body), "model": model, **changed}


def padded(body: dict[str, Any], words: int) -> dict[str, Any]:
    """The same with a system prompt of so many words, each about a token."""
    long = " ".join(["word"] * words)
    if "instructions" in body:
        return {**body, "instructions": long}
    return {**body, "system": [*body["system"], {"type": "text", "text": long}]}
