"""Calls the function behind a proxy integration, as the gateway may and as long as it waits."""

from __future__ import annotations

import asyncio
import json
import re
import uuid
from typing import Any

from sandbox.server.base import emulator, permissions, variables
from sandbox.server.base.errors import CONFIGURATION, GatewayError, internal
from sandbox.server.base.exchange import Call, Request, Response
from sandbox.server.functions.stream_pipe import Sink, wanted
from sandbox.server.gateway import proxy_event, proxy_response
from sandbox.server.gateway.invocation import Invocation, Task, function_record
from sandbox.server.gateway.streaming import QueueFlow, prelude
from sandbox.server.watching import tracing

lambdas = emulator.lambdas

LAMBDA_LIMIT = 6_291_556  # bytes of an event that Lambda takes

_FUNCTION = (
    r"(arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]+(?::[A-Za-z0-9_$-]+)?)"
)
_PATH = r"arn:aws[a-z-]*:apigateway:[a-z0-9-]+:lambda:path/"
_URI = re.compile(f"{_PATH}2015-03-31/functions/{_FUNCTION}/invocations")
_STREAM_URI = re.compile(f"{_PATH}2021-11-15/functions/{_FUNCTION}/response-streaming-invocations")


async def call(request: Request, integration: dict[str, Any], timeout: float) -> Response:
    """Invoke the function and answer with what it returned; GatewayError when that fails.

    The gateway waits for `timeout` seconds.
    """
    streams = integration.get("responseTransferMode") == "STREAM"
    invocation = prepare(request, integration, timeout, streams)
    request.variables["integration.responseTransferMode"] = "STREAMED" if streams else "BUFFERED"
    if streams:
        return await stream(request, invocation)
    task = invocation.start()
    # `wait_for` would cancel the thread that runs the function, and wait for it.
    done, _ = await asyncio.wait({task}, timeout=invocation.timeout)
    if not done:
        request.gone.set()
        raise timed_out()
    return answer(request, task.result())


def prepare(
    request: Request, integration: dict[str, Any], timeout: float, streams: bool
) -> Invocation:
    """Find the function, check that the gateway may invoke it, and make its event."""
    if integration.get("httpMethod") != "POST":
        # Lambda's API takes an invocation as POST, whatever the client's method is.
        raise internal("Invoke needs POST", status=500, kind="INTEGRATION_FAILURE")
    function_arn, function, config = find(request, integration, streams)
    role = variables.address(integration.get("credentials") or "", request)
    reason = permissions.refusal(request, function_arn, function, role)
    if reason:
        raise internal(f"{CONFIGURATION}{reason}")
    event = proxy_event.event(request)
    if len(request.body) > LAMBDA_LIMIT // 3 and len(json.dumps(event)) > LAMBDA_LIMIT:
        raise GatewayError("REQUEST_TOO_LARGE", "Request Too Long")
    request.call = _described(request, function_arn, streams, event)
    request.call.version = config.get("Version", "$LATEST")
    record = lambdas._execution_record_for_config(function, config)
    if request.span:
        request.call_span = tracing.Span(request.span.root)
    return Invocation(config, record, event, timeout, request.call_span, request.gone)


def _described(request: Request, function_arn: str, streams: bool, event: dict[str, Any]) -> Call:
    version, verb = ("2021-11-15", "response-streaming-") if streams else ("2015-03-31", "")
    host = f"https://lambda.{request.region}.amazonaws.com"
    headers = [
        ("x-amzn-lambda-integration-tag", request.request_id),
        ("x-amzn-apigateway-api-id", request.place.api_id),
        ("X-Amz-Source-Arn", permissions.source_arn(request)),
        ("Accept", "application/json"),
        ("User-Agent", f"AmazonAPIGateway_{request.place.api_id}"),
    ]
    return Call(f"{host}/{version}/functions/{function_arn}/{verb}invocations", event, headers)


def timed_out() -> GatewayError:
    """The gateway stops waiting; the function runs on."""
    note = "Execution failed due to a timeout error"
    return GatewayError("INTEGRATION_TIMEOUT", "Endpoint request timed out", note=note)


def find(
    request: Request, integration: dict[str, Any], streams: bool
) -> tuple[str, Any, dict[str, Any]]:
    """The ARN that the integration's URI names, the function's record, its configuration."""
    uri = variables.address(integration.get("uri") or "", request)
    found = (_STREAM_URI if streams else _URI).fullmatch(uri)
    if not found:
        raise internal(f"{CONFIGURATION}Invalid endpoint address")
    known = function_record(found[1], request)
    if known is None:
        raise internal(f"{CONFIGURATION}Invalid permissions on Lambda function")
    return found[1], *known


# A stream: the metadata first, then what the function writes, as it writes it


async def stream(request: Request, invocation: Invocation) -> Response:
    """Answer with a body that is still being written, once its metadata is there."""
    flow = QueueFlow(invocation.timeout)
    sink = Sink(flow.put)
    flow.on_close = sink.stop
    token = wanted.set(sink)
    try:
        task = invocation.start()
    finally:
        wanted.reset(token)
    task.add_done_callback(lambda done: _end(request, flow, done))
    try:
        found = await prelude(flow)
    except TimeoutError:
        flow.close()
        request.gone.set()
        raise timed_out() from None
    if found is None:
        flow.close()
        if task.done() and not _failed(task.result()):
            raise _malformed()
        if not task.done():
            raise _malformed()
        return answer(request, task.result())
    metadata, rest = found
    try:
        response = proxy_response.streamed(metadata, request)
    except proxy_response.Malformed:
        flow.close()
        raise _malformed() from None
    flow.push_back(rest)
    started = request.latency
    request.variables["integration.status"] = response.status
    request.variables["integration.timeToAllHeaders"] = started
    request.variables["integration.timeToFirstContent"] = started
    _answered(request, None)
    response.flow = flow
    return response


def _end(request: Request, flow: QueueFlow, done: Task) -> None:
    if done.cancelled() or done.exception():
        flow.end("the function could not be run")
        return
    result = done.result()
    if request.call:
        request.call.request_id = result.get("request_id", "")
        request.variables["integration.requestId"] = request.call.request_id
    flow.end(_function_error(result) if _failed(result) else "")


def _failed(result: dict[str, Any]) -> bool:
    return bool(result.get("error") or result.get("throttle"))


def _function_error(result: dict[str, Any]) -> str:
    body = result.get("body")
    message = body.get("errorMessage") if isinstance(body, dict) else body
    text = f"Lambda execution failed with status 200 due to customer function error: {message}."
    return f"{text} Lambda request id: {result.get('request_id', '')}"


def _answered(request: Request, result: dict[str, Any] | None) -> None:
    """Note for the logs what Lambda's API answered."""
    status = 429 if result and result.get("throttle") else 200
    call = request.call
    request.variables["integrationStatus"] = request.variables["integration.integrationStatus"] = (
        status
    )
    if call is None:
        return
    call.status = status
    if result is not None:
        call.answered = result.get("body")
        call.request_id = result.get("request_id", "")
        request.variables["integration.requestId"] = call.request_id or None
    call.got_headers = [
        ("x-amzn-RequestId", call.request_id),
        ("X-Amz-Executed-Version", call.version),
    ]
    if result and result.get("error"):
        call.got_headers.append(("X-Amz-Function-Error", "Unhandled"))


def answer(request: Request, result: dict[str, Any]) -> Response:
    """Lambda's API refused: 500. The function failed, or answered wrongly: 502."""
    _answered(request, result)
    if result.get("throttle"):
        request.variables["integration.error"] = "Rate Exceeded."
        request.trace.append(
            f"Lambda invocation failed with status: 429. Lambda request id: {uuid.uuid4()}"
        )
        raise internal(f"{CONFIGURATION}Rate Exceeded.")
    if result.get("error"):
        note = _function_error(result)
        request.variables["integration.error"] = note
        raise internal(note, status=502, kind="DEFAULT_5XX")
    try:
        response = proxy_response.response(result.get("body"), request)
    except proxy_response.Malformed as error:
        request.variables["integration.error"] = str(error)
        raise _malformed() from None
    request.variables["integration.status"] = response.status
    return response


def _malformed() -> GatewayError:
    note = f"{CONFIGURATION}Malformed Lambda proxy response"
    return internal(note, status=502, kind="DEFAULT_5XX")
