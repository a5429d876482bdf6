"""What there is to ask: GET /models, with one answer for the clients of OpenAI and of Anthropic."""

from __future__ import annotations

import time
from datetime import datetime, timezone
from typing import Any

import checks
from answers import Answer
from errors import ApiError
from inner import Backend

PATH = "/models"
LOADED = int(time.time())


def list_all(body: bytes, model: Backend) -> Answer:
    """What GET /models answers: there is one."""
    pages = {"has_more": False, "first_id": model.name, "last_id": model.name}
    return Answer(200, {"object": "list", "data": [described(model)], **pages})


def show_one(name: str, body: bytes, model: Backend) -> Answer:
    """What GET /models/NAME answers."""
    refuse_others(name, model)
    return Answer(200, described(model))


def described(model: Backend) -> dict[str, Any]:
    """The model: the first line as OpenAI describes one, the others as Anthropic does."""
    openai = {"id": model.name, "object": "model", "created": LOADED, "owned_by": "gateway"}
    return {
        **openai,
        "type": "model",
        "display_name": model.name,
        "created_at": datetime.fromtimestamp(LOADED, timezone.utc).isoformat(),
        "lifecycle": "active",
        "max_input_tokens": model.limits.prompt_tokens,
        "max_tokens": model.limits.answer_tokens,
    }


def refuse_others(name: Any, model: Backend) -> None:
    """Refuse a model that is not here."""
    if not isinstance(name, str):
        raise checks.wrong("model", name, f"text: {model.name}")
    if name != model.name:
        message = f"There is no model {ascii(name)[:60]} here, only {model.name}."
        raise ApiError(404, "model_not_found", message, "model")
