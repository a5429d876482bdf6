"""What the handler adds to the model, both in this process: no gateway, no Lambda."""

from __future__ import annotations

import contextlib
import io
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

FUNCTION = Path(__file__).resolve().parents[1] / "gateway" / "functions" / "model"
PROMPT = "What is gravity?"
TOKENS = 32


def timed(call: Callable[[], object]) -> float:
    """Milliseconds of one call, without what it prints."""
    with contextlib.redirect_stdout(io.StringIO()):
        started = time.perf_counter()
        call()
        return (time.perf_counter() - started) * 1000


def overhead(rounds: int = 200, pairs: int = 10) -> dict[str, float]:
    """Measure the handler around a model that answers at once, then around the real one.

    Returns:
        Milliseconds that the handler adds (median, p95), and tokens a second of the model
        alone and behind the handler. The pairs alternate, so that both meet the same load.
    """
    sys.path.insert(0, str(FUNCTION))
    import api
    import handler
    import model

    body = json.dumps({"prompt": PROMPT, "max_tokens": TOKENS})
    context = SimpleNamespace(aws_request_id="bench")
    event = {
        "httpMethod": "POST",
        "path": "/model",
        "body": body,
        "isBase64Encoded": False,
        "requestContext": {"requestId": "bench"},
    }
    real = model.complete
    done = real({"messages": [{"role": "user", "content": PROMPT}], "max_tokens": 1})
    try:
        model.complete = lambda request: done
        added = [timed(lambda: handler.handler(event, context)) for _ in range(rounds)]
    finally:
        model.complete = real
    alone, behind = [], []
    for _ in range(pairs):
        alone.append(timed(lambda: api.complete(PROMPT, {"max_tokens": TOKENS}, model)))
        behind.append(timed(lambda: handler.handler(event, context)))
    return {
        "handler_adds_ms_median": statistics.median(added),
        "handler_adds_ms_p95": statistics.quantiles(added, n=20)[-1],
        "model_alone_tokens_per_second": TOKENS * 1000 / statistics.median(alone),
        "behind_handler_tokens_per_second": TOKENS * 1000 / statistics.median(behind),
    }


if __name__ == "__main__":
    for name, value in overhead().items():
        print(f"{name}: {value:.3f}")
