"""The Lambda function: API Gateway's proxy event in, its proxy response out."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from typing import Any

import api
import budget
import pages
from answers import Answer
from backend import MODEL
from errors import failure
from failover import order
from failover.chain import Chain
from failover.remote import SERVED_BY
from inner import Backend
from instance import told
from log import Line

BUDGET = budget.from_environment()
ORDER = order.from_environment(MODEL)

# No cache keeps an answer, and no browser guesses what it is.
NEVER_KEPT = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def handler(event: dict[str, Any], context: Any) -> Any:
    """Answer one request: in pieces where API Gateway takes them, else in one."""
    pieces = respond(event, context)
    if streamed(event) and api.at(path_of(event)).streams:
        return pieces
    head, *body = pieces
    return {**head, "body": b"".join(body).decode(), "isBase64Encoded": False}


def streamed(event: dict[str, Any]) -> bool:
    """Whether API Gateway takes this stage's answers in pieces, where one can."""
    return bool((event.get("stageVariables") or {}).get("stream") == "1")


def respond(proxy_event: dict[str, Any], context: Any) -> Iterator[Any]:
    """The answer: first a dictionary with status and headers, then the body's bytes.

    At the end, however it ends, one line is logged that does not hold the prompt.
    """
    line = Line(context.aws_request_id)
    answer = asked(proxy_event, context, line)
    try:
        headers = {
            "Content-Type": answer.content_type,
            **NEVER_KEPT,
            **ids(line.request_id),
            **answer.headers,
            **pages.headers(header(proxy_event, "origin")),
        }
        yield {"statusCode": answer.status, "headers": headers}
        yield from answer.pieces()
    except GeneratorExit:
        line.fields["aborted"] = True  # the caller hung up
        raise
    except Exception as error:  # noqa: BLE001 - the status is sent: the body has to say it
        line.failed(error)
        yield answer.broken(failure(context.aws_request_id))
    finally:
        answer.close()
        line.write(answer, MODEL.name)


def asked(event: dict[str, Any], context: Any, line: Line) -> Answer:
    """Route a request. A failure becomes an answer: one bad request must not end the worker."""
    here = api.at("")  # what speaks if even the path cannot be read
    try:
        here = api.at(path_of(event))
        about = event["requestContext"]
        line.fields["request_id"] = about["requestId"]
        line.fields["method"] = event["httpMethod"][:20]
        line.fields["path"] = api.at(event["path"]).name
        caller = (about.get("identity") or {}).get("apiKeyId")
        if caller:
            line.fields["key_id"] = caller
        if team := about.get("team"):
            line.fields["team"] = team
        line.counts = not about.get("paid")
        backends = others(event, context, caller, line)
        model: Backend = backends or MODEL
        if BUDGET and line.counts:
            model = budget.Metered(model, BUDGET, caller, remaining(context))
        kind = header(event, "content-type")
        answer = api.route(event["httpMethod"], path_of(event), body_of(event), model, kind)
        if backends:
            note_backends(backends, answer, line)
        return answer
    except Exception as error:  # noqa: BLE001
        line.failed(error)
        return here.refusal(failure(context.aws_request_id))


def remaining(context: Any) -> float:
    """Seconds until nobody waits any more."""
    return float(context.get_remaining_time_in_millis()) / 1000


def others(event: dict[str, Any], context: Any, caller: str | None, line: Line) -> Chain | None:
    """The backends for this request; None where there is only the model here."""
    if not ORDER:
        return None
    who = {told.REQUEST_ID: line.request_id, told.ASKED_BY: "function"}
    if caller:
        who[told.KEY_ID] = caller
    if pool := (event.get("stageVariables") or {}).get("pool") or ORDER.pool():
        who[told.POOL] = pool
    return ORDER.chain(time.time() + remaining(context), who)


def note_backends(backends: Chain, answer: Answer, line: Line) -> None:
    """Who has answered, for the caller and the log; and who has not, for the log."""
    if backends.served_by:
        answer.headers[SERVED_BY] = line.fields["served_by"] = backends.served_by
    if backends.tried:
        line.fields["tried"] = backends.tried


def ids(request_id: str) -> dict[str, str]:
    """The request's id, as the clients of OpenAI look for it, and as those of Anthropic do."""
    return {"x-request-id": request_id, "request-id": request_id}


def path_of(event: dict[str, Any]) -> Any:
    """The path as API Gateway has matched it: a custom domain's base path is not in it."""
    path: str = event.get("resource") or event.get("path") or ""
    for name, value in (event.get("pathParameters") or {}).items():
        path = path.replace("{" + name + "}", value).replace("{" + name + "+}", value)
    return path


def header(event: dict[str, Any], wanted: str) -> str:
    """A header, whatever its case; "" if it is not there."""
    headers = event.get("headers") or {}
    return next((value for name, value in headers.items() if name.lower() == wanted), "")


def body_of(event: dict[str, Any]) -> bytes:
    """The request's body as it was sent; API Gateway sends binary as base64."""
    body = event["body"] or ""
    if event["isBase64Encoded"]:
        return base64.b64decode(body)
    return body.encode("utf-8", "surrogatepass")
