"""Which model answers, as the environment tells: BACKEND is "local", "openai" or "bedrock"."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from inner import Limits

if TYPE_CHECKING:
    from bedrock.model import Bedrock
    from inner import Backend
    from managed.endpoint import Endpoint

FIRST_TOKEN = 60.0  # seconds until a model elsewhere must have said something


def chosen() -> Backend:
    """The model. What the others need is imported by none: a cold start pays for each import.

    Raises:
        ValueError: BACKEND is none of the three.
    """
    kind = os.environ.get("BACKEND", "local")
    if kind == "local":
        from model import MODEL

        return MODEL
    if kind == "openai":
        return endpoint()
    if kind == "bedrock":
        return bedrock()
    raise ValueError(f"BACKEND is {kind!r}, not local, openai or bedrock")


def limits() -> Limits:
    """How much may be asked of a model elsewhere."""
    return Limits(
        int(os.environ.get("BACKEND_PROMPT_TOKENS", "8000")),
        int(os.environ.get("BACKEND_ANSWER_TOKENS", "1024")),
    )


def system_prompt() -> str:
    """What the model is told where a caller says nothing of it."""
    return os.environ.get("SYSTEM_PROMPT", "")


def public_name() -> str:
    """What callers name it by."""
    return os.environ.get("MODEL_NAME") or os.environ["BACKEND_MODEL"]


def endpoint() -> Endpoint:
    """Whatever speaks OpenAI's chat completions at BACKEND_URL."""
    from managed.endpoint import Endpoint
    from managed.secret import Secret

    arn = os.environ.get("BACKEND_SECRET")
    return Endpoint(
        name=public_name(),
        model=os.environ["BACKEND_MODEL"],
        base_url=os.environ["BACKEND_URL"],
        limits=limits(),
        secret=Secret(arn) if arn else None,
        first_token=FIRST_TOKEN,
        system_prompt=system_prompt(),
    )


def bedrock() -> Bedrock:
    """A model of Bedrock's, by its id or that of an inference profile."""
    import boto3
    from botocore.config import Config

    from bedrock.model import Bedrock

    # It is asked once: who is refused is told so, and decides.
    once = Config(read_timeout=FIRST_TOKEN, retries={"total_max_attempts": 1})
    return Bedrock(
        name=public_name(),
        model_id=os.environ["BACKEND_MODEL"],
        client=boto3.client("bedrock-runtime", config=once),
        limits=limits(),
        system_prompt=system_prompt(),
    )


MODEL: Backend = chosen()
