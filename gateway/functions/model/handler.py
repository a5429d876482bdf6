"""The Lambda function: API Gateway's proxy event in, its proxy response out."""

from __future__ import annotations

import base64
import json
import time
import traceback
from typing import Any

import api
import model


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one request, and print one line about it that does not hold the prompt."""
    started = time.perf_counter()
    line: dict[str, Any] = {"lambda_request_id": context.aws_request_id}
    try:
        line["request_id"] = event["requestContext"]["requestId"]
        line["method"] = event["httpMethod"]
        line["path"] = event["path"]
        answer = api.route(line["method"], line["path"], body_of(event), model)
    except Exception as error:  # noqa: BLE001 - one bad request must not end the worker
        # Only where it happened: an exception's own text may quote the prompt.
        line["error"] = type(error).__name__
        line["traceback"] = traceback.format_tb(error.__traceback__)
        answer = api.failed(context.aws_request_id)
    line["status"] = answer.status
    line["milliseconds"] = round((time.perf_counter() - started) * 1000, 1)
    print(json.dumps({**line, **answer.usage}))
    return {
        "statusCode": answer.status,
        "headers": {"Content-Type": "application/json", **answer.headers},
        "body": "" if answer.body is None else json.dumps(answer.body),
        "isBase64Encoded": False,
    }


def body_of(event: dict[str, Any]) -> bytes:
    """The request's body as it was sent; API Gateway sends binary as base64."""
    body = event["body"] or ""
    if event["isBase64Encoded"]:
        return base64.b64decode(body)
    return body.encode("utf-8", "surrogatepass")
