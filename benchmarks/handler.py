"""What the handler adds to the model, both in this process: no gateway, no Lambda."""

from __future__ import annotations

import contextlib
import io
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from benchmarks.report import Report

FUNCTION = Path(__file__).resolve().parents[1] / "gateway" / "functions" / "model"
PROMPT = "What is gravity?"
STORY = "{}: tell a long story about the sea."  # with a number: the model knows no prompt yet
TOKENS = 32
LONG = 128  # tokens of the answer whose first one is waited for
MEDIAN_MS, LATE_MS, BUDGET_MS, FIRST_SHARE = 1.0, 3.0, 10.0, 0.25
CONTEXT = SimpleNamespace(aws_request_id="bench", get_remaining_time_in_millis=lambda: 29_000)


def function() -> Any:
    """The function's own modules, loaded here as Lambda's worker loads them."""
    if str(FUNCTION) not in sys.path:
        sys.path.insert(0, str(FUNCTION))
    import api
    import budget
    import handler
    import inner

    return SimpleNamespace(
        api=api, budget=budget, handler=handler, inner=inner, model=handler.MODEL
    )


def timed(call: Callable[[], object]) -> float:
    """Seconds of one call, without what it prints."""
    with contextlib.redirect_stdout(io.StringIO()):
        started = time.perf_counter()
        call()
        return time.perf_counter() - started


def quiet(call: Callable[[], Any]) -> Any:
    """What a call gives, without what it prints."""
    with contextlib.redirect_stdout(io.StringIO()):
        return call()


def event(path: str, body: dict[str, Any]) -> dict[str, Any]:
    """The event of API Gateway for a POST."""
    return {
        "httpMethod": "POST",
        "path": path,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps(body),
        "isBase64Encoded": False,
        "requestContext": {"requestId": "bench", "identity": {"apiKeyId": "bench"}},
    }


def conversation(name: str, text: str, tokens: int, stream: bool = False) -> dict[str, Any]:
    """What a client of OpenAI sends."""
    messages = [{"role": "user", "content": text}]
    return {"model": name, "messages": messages, "max_tokens": tokens, "stream": stream}


@contextlib.contextmanager
def instant(parts: Any) -> Iterator[None]:
    """The model answers at once, so that all that takes time is the handler."""
    inner, real = parts.inner, parts.model.stream

    def stream(ask: Any) -> Iterator[Any]:
        for number in range(TOKENS):
            yield inner.TextPiece(" word", inner.Usage(24, number + 1))
        yield inner.EndPiece("length", inner.Usage(24, TOKENS))

    parts.model.stream = stream
    try:
        yield
    finally:
        parts.model.stream = real


def adds(parts: Any, rounds: int) -> dict[str, list[float]]:
    """Seconds that the handler takes for each of its ways; the ways alternate."""
    name = parts.model.name
    ways = {
        "/model": event("/model", {"prompt": PROMPT, "max_tokens": TOKENS}),
        "/chat/completions": event("/chat/completions", conversation(name, PROMPT, TOKENS)),
        f"a stream of {TOKENS} tokens": event(
            "/chat/completions", conversation(name, PROMPT, TOKENS, stream=True)
        ),
    }
    taken: dict[str, list[float]] = {way: [] for way in ways}
    with instant(parts):
        for _ in range(rounds):
            for way, given in ways.items():
                taken[way].append(timed(lambda given=given: parts.handler.handler(given, CONTEXT)))
    return taken


def first_tokens(parts: Any, times: int) -> tuple[list[float], list[float]]:
    """Seconds until the first token of a stream, and until its last."""
    early, whole = [], []
    for number in range(times):
        text = STORY.format(number)
        body = conversation(parts.model.name, text, LONG, stream=True)
        given = event("/chat/completions", body)
        with contextlib.redirect_stdout(io.StringIO()):
            started = time.perf_counter()
            pieces = parts.handler.respond(given, CONTEXT)
            next(pieces), next(pieces)
            early.append(time.perf_counter() - started)
            for _ in pieces:
                pass
            whole.append(time.perf_counter() - started)
    return early, whole


def budget_writes(parts: Any, times: int) -> tuple[list[float], list[float]]:
    """Seconds to reserve tokens in a table of the sandbox, and to settle."""
    import boto3

    client = boto3.client("dynamodb", endpoint_url=os.environ["AWS_ENDPOINT_URL"])
    client.create_table(
        TableName="bench-budgets",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
    tokens = parts.budget.Budget(client, "bench-budgets", 10**9)
    reserving, settling, promises = [], [], []
    for _ in range(times):
        reserving.append(timed(lambda: promises.append(tokens.reserve("bench", 100))))
        settling.append(timed(lambda: tokens.settle(promises.pop())))
    client.delete_table(TableName="bench-budgets")
    return reserving, settling


def overhead(pairs: int = 10) -> dict[str, float]:
    """Tokens a second of the model alone and behind the handler.

    The pairs alternate, so that both meet the same load.
    """
    parts = function()
    given = event("/model", {"prompt": PROMPT, "max_tokens": TOKENS})
    ask = parts.inner.Ask((parts.inner.Message("user", PROMPT),), TOKENS)
    alone, behind = [], []
    for _ in range(pairs):
        alone.append(timed(lambda: parts.inner.whole(parts.model.stream(ask))))
        behind.append(timed(lambda: parts.handler.handler(given, CONTEXT)))
    return {
        "model_alone_tokens_per_second": TOKENS / statistics.median(alone),
        "behind_handler_tokens_per_second": TOKENS / statistics.median(behind),
    }


def measure(report: Report, quick: bool = False) -> None:
    """Measure and report; AWS_ENDPOINT_URL, if it is set, is a sandbox with DynamoDB."""
    parts = function()
    adds(parts, 5)
    for way, seconds in adds(parts, 20 if quick else 500).items():
        report.milliseconds(f"the handler adds, {way}", seconds, MEDIAN_MS, LATE_MS)
    if "AWS_ENDPOINT_URL" in os.environ:
        names = ("budget: reserve tokens in the table", "budget: settle them")
        for name, seconds in zip(names, budget_writes(parts, 20 if quick else 200)):
            report.milliseconds(name, seconds, late_at_most=BUDGET_MS)
    early, whole = first_tokens(parts, 1 if quick else 10)
    report.milliseconds("first token of a stream, in process", early)
    report.milliseconds(f"all {LONG} tokens", whole)
    report.ratio("first token / whole answer", early, whole, at_most=FIRST_SHARE)


if __name__ == "__main__":
    measure(Report())
    for name, value in overhead().items():
        print(f"{name}: {value:.1f}")
