"""The one line that is logged about a request: who, what, how long. No prompt, answer or key."""

from __future__ import annotations

import json
import os
import time
import traceback
from typing import Any

from answers import Answer
from dialects import fields

NAMESPACE = os.environ.get("METRICS_NAMESPACE")  # without one, the line makes no metrics

# Named as OpenTelemetry names them, in its conventions for generative AI.
MODEL = "gen_ai.request.model"
UNITS = {
    "gen_ai.usage.input_tokens": "Count",
    "gen_ai.usage.output_tokens": "Count",
    "gen_ai.server.time_to_first_token": "Seconds",
    "gen_ai.server.request.duration": "Seconds",
}


class Line:
    """What there is to say about one request. The clock runs from when this is made."""

    def __init__(self, lambda_request_id: str) -> None:
        self.started = time.perf_counter()
        self.fields: dict[str, Any] = {"lambda_request_id": lambda_request_id}
        self.counts = True  # in the metrics; not where whoever asks us counts it already

    @property
    def request_id(self) -> str:
        """The request's id: API Gateway's, or Lambda's where that is not known."""
        return str(self.fields.get("request_id") or self.fields["lambda_request_id"])

    def failed(self, error: Exception) -> None:
        """Note a failure, but only where it happened: its text may quote the prompt."""
        self.fields["error"] = type(error).__name__
        self.fields["traceback"] = traceback.format_tb(error.__traceback__)

    def write(self, answer: Answer, model: str) -> None:
        """Print the line. The request is over."""
        seconds = time.perf_counter() - self.started
        line = {
            **self.fields,
            "status": answer.status,
            "milliseconds": round(seconds * 1000, 1),
            **answer.usage,
        }
        if ignored := answer.headers.get(fields.HEADER):
            line["ignored_fields"] = ignored
        if answer.first_token is not None:
            line["first_token_milliseconds"] = round(answer.first_token * 1000, 1)
        if answer.usage and NAMESPACE and self.counts:
            line |= metrics(NAMESPACE, model, answer, seconds)
        # One write: beside other threads, print would tear the line from its end.
        print(json.dumps(line) + "\n", end="", flush=True)


def metrics(namespace: str, model: str, answer: Answer, seconds: float) -> dict[str, Any]:
    """The fields from which CloudWatch makes metrics: its embedded metric format."""
    values = {
        "gen_ai.usage.input_tokens": answer.usage["prompt_tokens"],
        "gen_ai.usage.output_tokens": answer.usage["completion_tokens"],
        "gen_ai.server.time_to_first_token": answer.first_token,
        "gen_ai.server.request.duration": seconds,
    }
    known = {name: value for name, value in values.items() if value is not None}
    directive = {
        "Namespace": namespace,
        "Dimensions": [[MODEL]],
        "Metrics": [{"Name": name, "Unit": UNITS[name]} for name in known],
    }
    about = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]}
    return {"_aws": about, MODEL: model, **known}
