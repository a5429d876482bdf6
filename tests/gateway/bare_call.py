"""What runs in the bare root: load the function, ask it twice, tell how long and how much it took."""

import json
import resource
import sys
import time
from types import SimpleNamespace

began = time.perf_counter()
import handler  # noqa: E402 - to load it is what is measured

loaded = time.perf_counter() - began


def call(path, body):
    """One of API Gateway's proxy events, answered."""
    event = {
        "httpMethod": "POST",
        "path": path,
        "resource": path,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps(body),
        "isBase64Encoded": False,
        "requestContext": {"requestId": "r-1"},
    }
    context = SimpleNamespace(
        aws_request_id="lambda-1", get_remaining_time_in_millis=lambda: 29_000
    )
    answer = handler.handler(event, context)
    return answer["statusCode"], json.loads(answer["body"])


hello = [{"role": "user", "content": "Say hello."}]
plain = call("/model", {"prompt": "What is the capital of France?", "max_tokens": 16})
shape = {"type": "json_schema", "json_schema": {"name": "x", "schema": {
    "type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}}  # fmt: skip
held = call("/chat/completions", {
    "model": handler.MODEL.name, "messages": hello, "max_tokens": 64, "response_format": shape,
})  # fmt: skip
json.dump(
    {
        "python": sys.version.split()[0],
        "init_seconds": loaded,
        "plain": plain,
        "held": held,
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    },
    sys.stderr,
)
