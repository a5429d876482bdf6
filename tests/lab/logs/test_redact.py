"""What is covered in log lines: by the name of its field, whoever logged it in whatever notation."""

import json
import time

import pytest

from lab.logs.redact import redact

SECRET = "sk-0123456789abcdef"
PROMPT = "Tell me about my illness"
SIGNED = "AWS4-HMAC-SHA256 Credential=AKIA/us-east-1, SignedHeaders=host;x-a, Signature=" + SECRET
EVENT = {
    "httpMethod": "POST",
    "headers": {"Authorization": f"Bearer {SECRET}", "Host": "h", "X-Mine": SECRET},
    "multiValueHeaders": {"x-api-key": [SECRET], "Accept": ["*/*"]},
    "requestContext": {"identity": {"apiKey": SECRET, "sourceIp": "127.0.0.1"}, "requestId": "r-1"},
    "body": json.dumps({"prompt": PROMPT}),
}
HIDING = {
    "a field": json.dumps({"prompt": PROMPT, "status": 200}),
    "a field of a field": json.dumps({"a": [{"b": {"messages": [{"content": PROMPT}]}}]}),
    "JSON in a text": json.dumps({"detail": json.dumps({"authorization": SECRET})}),
    "an event": json.dumps(EVENT),
    "a printed event": str(EVENT),
    "a printed event after words": f"[INFO] 2026-11-24T12:00:00Z r-1 event is {EVENT}",
    "a list of headers": json.dumps({"h": [{"name": "Authorization", "value": SECRET}]}),
    "a list of pairs": json.dumps({"h": [["x-api-key", SECRET]]}),
    "words and more words": f'{{"a": 1}} then token={SECRET}',
    "a number": json.dumps({"password": 12345678901234567890}),
    "another case": json.dumps({"X-API-Key": SECRET, "accessToken": SECRET}),
    "data that was cut": '{"status": 200, "prompt": "' + PROMPT,
    "an event that was cut": str(EVENT)[:-9],
    "a header in the open": f"authorization: Bearer {SECRET}",
    "a body before": f"(r-1) Method request body before transformations: {PROMPT}",
    "a body on two lines": f"(r-1) Endpoint request body after transformations: a\n{PROMPT}",
    "an authorizer's answer": f'(r-1) Authorizer result body before parsing: {{"k": "{SECRET}"}}',
    "headers": f"(r-1) Method request headers: {{Authorization={SIGNED}, Host=h}}",
    "headers that were cut": f"(r-1) Method request headers: {{X-Mine={SECRET}[TRUNCATED]",
    "a query": f"(r-1) Method request query string: {{q={PROMPT}}}",
    "too deep": "[" * 60 + json.dumps({"prompt": PROMPT}) + "]" * 60,
}


@pytest.mark.parametrize("line", HIDING.values(), ids=HIDING)
def test_secrets_and_prompts_are_covered_and_counted(line):
    shown, count, _ = redact(line)
    assert count >= 1 and "[covered: " in shown
    for hidden in (SECRET, PROMPT, "12345678901234567890"):
        assert hidden not in shown


OPEN = [
    "START RequestId: 3569495f Version: $LATEST",
    "REPORT RequestId: 3569495f\tDuration: 385.09 ms\tBilled Duration: 386 ms\t",
    "(r-1) Verifying Usage Plan for request: r-1. API Key: ****c1d207 API Stage: a/v1",
    "(r-1) Method completed with status: 429",
    "(r-1) Method request path: {}",
    "(r-1) Method request headers: {Host=h, Content-Type=application/json}",
    '{"requestId": "r-1", "status": "429", "keyId": "k1", "team": "blue", "latency": "3"}',
    '{"prompt_tokens": 24, "completion_tokens": 8, "usage": {"input": 24, "output": 8}}',
    '{"error": {"message": "Too Many Requests", "code": "rate_limit_exceeded"}}',
    "[ERROR] ValueError: no such thing",
    "",
    "{",
    "[]",
]


@pytest.mark.parametrize("line", OPEN)
def test_what_is_no_secret_is_shown_as_it_is(line):
    assert redact(line)[:2] == (line, 0)


def test_the_rest_of_an_event_stays_readable():
    shown, _, data = redact(json.dumps(EVENT))
    assert data["requestContext"]["requestId"] == "r-1" and data["headers"]["Host"] == "h"
    assert data["multiValueHeaders"]["Accept"] == ["*/*"] and json.loads(shown) == data


@pytest.mark.parametrize(
    "line",
    ["[" * 300_000, "{" * 100_000, '{"a":' * 60_000, "a=b " * 75_000, "token" * 60_000,
     '{"a": "' + "x" * 1_000_000 + '"}', "token: " * 40_000, '"' * 200_000, "\x1b[31m" * 50_000],
    ids=range(9),
)  # fmt: skip
def test_a_hostile_line_takes_no_time(line):
    began = time.process_time()
    redact(line)
    assert time.process_time() - began < 1
