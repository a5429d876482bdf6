"""Calls the function behind a proxy integration, as the gateway may and as long as it waits."""

from __future__ import annotations

import asyncio
import json
import re
import time
from typing import Any

from sandbox.server import emulator, permissions, proxy_event, proxy_response, snapshots
from sandbox.server.errors import GatewayError, internal
from sandbox.server.exchange import Request, Response

lambdas = emulator.lambdas

LAMBDA_LIMIT = 6_291_556  # bytes of an event, and of an answer, that Lambda takes
DEFAULT_TIMEOUT = 29_000  # milliseconds
CONFIGURATION = "Execution failed due to configuration error: "

_URI = re.compile(
    r"arn:aws[a-z-]*:apigateway:[a-z0-9-]+:lambda:path/2015-03-31/functions/"
    r"(arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]+(?::[A-Za-z0-9_$-]+)?)"
    r"/invocations"
)
_STAGE_VARIABLE = re.compile(r"\$\{stageVariables\.([A-Za-z0-9_]+)\}")


async def call(request: Request, integration: dict[str, Any]) -> Response:
    """Invoke the function and answer with what it returned; GatewayError when that fails."""
    if integration.get("httpMethod") != "POST":
        # Lambda's API takes an invocation as POST, whatever the client's method is.
        raise internal("Invoke needs POST", status=500, kind="INTEGRATION_FAILURE")
    function_arn, function, config = find(request, integration)
    role = stage_variables(integration.get("credentials") or "", request)
    reason = permissions.refusal(request, function_arn, function, role)
    if reason:
        raise internal(f"{CONFIGURATION}{reason}")
    event = proxy_event.event(request)
    if len(request.body) > LAMBDA_LIMIT // 3 and len(json.dumps(event)) > LAMBDA_LIMIT:
        raise GatewayError("REQUEST_TOO_LARGE", "Request Too Long")
    result = await run(request, integration, function, config, event)
    return answer(request, result)


def find(request: Request, integration: dict[str, Any]) -> tuple[str, Any, dict[str, Any]]:
    """The ARN that the integration's URI names, the function's record, its configuration."""
    uri = stage_variables(integration.get("uri") or "", request)
    found = _URI.fullmatch(uri)
    if not found:
        raise internal(f"{CONFIGURATION}Invalid endpoint address")
    function, config, _ = lambdas._get_func_record_for_ref_in_scope(
        found[1], account_id=request.account_id, region=request.region
    )
    if function is None or config is None:
        raise internal(f"{CONFIGURATION}Invalid permissions on Lambda function")
    return found[1], function, config


def stage_variables(text: str, request: Request) -> str:
    """A URI or ARN with the stage's variables filled in; an undefined one is empty."""
    variables = request.stage.get("variables") or {}
    return _STAGE_VARIABLE.sub(lambda found: variables.get(found[1], ""), text)


async def run(
    request: Request,
    integration: dict[str, Any],
    function: Any,
    config: dict[str, Any],
    event: dict[str, Any],
) -> dict[str, Any]:
    """Run the function; the gateway stops waiting at its timeout, the function runs on."""
    record = lambdas._execution_record_for_config(function, config)
    started = time.perf_counter()
    with snapshots.live():
        task = asyncio.ensure_future(
            emulator.concurrency.run_reentrant(
                lambdas._execute_function_with_config_scope, record, event
            )
        )
    name = config["FunctionName"]
    task.add_done_callback(lambda done: _record_metrics(name, started, done))
    timeout = int(integration.get("timeoutInMillis") or DEFAULT_TIMEOUT)
    # `wait_for` would cancel the thread that runs the function, and wait for it.
    done, _ = await asyncio.wait({task}, timeout=timeout / 1000)
    if not done:
        note = "Execution failed due to a timeout error"
        raise GatewayError("INTEGRATION_TIMEOUT", "Endpoint request timed out", note=note)
    result: dict[str, Any] = task.result()
    return result


def _record_metrics(name: str, started: float, done: asyncio.Future[dict[str, Any]]) -> None:
    if done.cancelled() or done.exception():
        return
    result = done.result()
    if not result.get("throttle"):
        duration = (time.perf_counter() - started) * 1000
        lambdas._emit_lambda_metrics(name, duration, bool(result.get("error")), False)


def answer(request: Request, result: dict[str, Any]) -> Response:
    """Lambda's API refused: 500. The function failed, or answered wrongly: 502."""
    body = result.get("body")
    if result.get("throttle"):
        raise internal(f"{CONFIGURATION}Rate Exceeded.")
    if result.get("error"):
        message = body.get("errorMessage") if isinstance(body, dict) else body
        raise internal(
            f"Lambda execution failed with status 200 due to customer function error: {message}",
            status=502,
            kind="DEFAULT_5XX",
        )
    try:
        _check_size(body)
        response = proxy_response.response(body, request)
    except proxy_response.Malformed as error:
        request.variables["integration.error"] = str(error)
        note = f"{CONFIGURATION}Malformed Lambda proxy response"
        raise internal(note, status=502, kind="DEFAULT_5XX") from None
    request.variables["integration.status"] = response.status
    return response


def _check_size(body: Any) -> None:
    text = body.get("body") if isinstance(body, dict) else None
    # Escapes make a text six times as long at most: a short one needs no look.
    if not isinstance(text, str) or len(text) <= LAMBDA_LIMIT // 6:
        return
    whole = json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")
    if len(whole) > LAMBDA_LIMIT:
        raise proxy_response.Malformed("the response is larger than Lambda allows")
