"""What Lambda writes into a function's log around what the function writes, and its metrics."""

from __future__ import annotations

import hashlib
import logging
import math
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from typing import Any

from sandbox import home
from sandbox.server.base import emulator, partitions, permissions
from sandbox.server.functions.worker import TIMED_OUT, Run, last_run
from sandbox.server.watching import cloud_logs, metrics, tracing

log = logging.getLogger("sandbox")

STREAM_RIGHTS = ("logs:CreateLogStream", "logs:PutLogEvents")  # to write into a group that is there

_here = threading.local()  # `told`: the log of the invocation that this thread runs


def emit(
    function: Any,
    request_id: str,
    log_text: str,
    error: bool,
    duration_ms: int,
    *,
    log_source: str | None = None,
) -> None:
    """Write the log of one invocation and count it; in place of the emulator's."""
    config = function.get("config") or function
    run = last_run() or Run(stream=hashlib.sha256(request_id.encode()).hexdigest()[:32])
    if not run.milliseconds:
        run.milliseconds = float(duration_ms)
    name = config.get("FunctionName", "unknown")
    try:
        group = (config.get("LoggingConfig") or {}).get("LogGroup") or f"/aws/lambda/{name}"
        stream = f"{datetime.now(timezone.utc):%Y/%m/%d}/{run.stream}"
        told = list(_lines(config, request_id, log_text, run))
        _here.told = told
        if may_write(config, group, stream):
            cloud_logs.write(group, stream, told, create=True)
        metrics.invocation(config, round(run.milliseconds, 2), error)
        seconds, start_up = run.milliseconds / 1000, run.init_milliseconds / 1000
        tracing.function_ran(config, request_id, seconds, start_up, error)
    except Exception:
        # An invocation is not to fail because of its log.
        log.exception("cannot log an invocation of %s", name)


def may_write(config: dict[str, Any], group: str, stream: str) -> bool:
    """Whether the function's role may: else Lambda writes nothing, and says so to nobody."""
    if not home.strict():
        return True
    region, account = str(config["FunctionArn"]).split(":")[3:5]
    place = f"arn:{partitions.of(region)}:logs:{region}:{account}:log-group:{group}"
    needed = dict.fromkeys(STREAM_RIGHTS, f"{place}:log-stream:{stream}")
    if not cloud_logs.exists(group):
        needed["logs:CreateLogGroup"] = place
    role = str(config.get("Role", ""))
    return all(permissions.role_may(role, *need, region) for need in needed.items())


def _lines(config: dict[str, Any], request_id: str, text: str, run: Run) -> Iterator[str]:
    if run.cold:
        yield _init_start(config)
        yield from run.init_log.splitlines()
    if run.init_failed:
        yield from text.splitlines()
        yield (
            f"INIT_REPORT Init Duration: {run.init_milliseconds:.2f} ms\tPhase: init\t"
            f"Status: error\tError Type: {run.error_type}"
        )
        text = ""
    yield f"START RequestId: {request_id} Version: {config.get('Version', '$LATEST')}"
    yield from text.splitlines()
    yield f"END RequestId: {request_id}"
    yield _report(config, request_id, run)


def _init_start(config: dict[str, Any]) -> str:
    runtime = str(config.get("Runtime", "python3.12"))
    region = str(config.get("FunctionArn", ":::us-east-1")).split(":")[3]
    language = runtime.rstrip("0123456789.x")
    version = f"{language}:{runtime.removeprefix(language)}.v1"
    digest = hashlib.sha256(version.encode()).hexdigest()
    return (
        f"INIT_START Runtime Version: {version}\t"
        f"Runtime Version ARN: arn:aws:lambda:{region}::runtime:{digest}"
    )


def _report(config: dict[str, Any], request_id: str, run: Run) -> str:
    # Since August 2025 the time of a cold start is billed too.
    billed = math.ceil(run.milliseconds + run.init_milliseconds)
    memory = int(config.get("MemorySize", 128))
    parts = [
        f"REPORT RequestId: {request_id}",
        f"Duration: {run.milliseconds:.2f} ms",
        f"Billed Duration: {billed} ms",
        f"Memory Size: {memory} MB",
        f"Max Memory Used: {run.memory or memory} MB",
    ]
    if run.cold and not run.init_failed:
        parts.append(f"Init Duration: {run.init_milliseconds:.2f} ms")
    if run.error_type == TIMED_OUT:
        parts.append("Status: timeout")
    elif run.error_type:
        parts += ["Status: error", f"Error Type: {run.error_type}"]
    return "\t".join(parts) + "\t"


def with_log(original: Callable[..., Any]) -> Callable[..., Any]:
    """An invocation's result has its whole log, whose end a caller with LogType=Tail gets."""

    def dispatch(*args: Any) -> Any:
        _here.told = None
        result = original(*args)
        if _here.told and isinstance(result, dict):
            # It tells of the invocation, not of the environment's start.
            lines = _here.told[_here.told[0].startswith("INIT_START ") :]
            result["log"] = "".join(f"{line}\n" for line in lines)
        return result

    return dispatch


def install() -> None:
    """Let every invocation be logged and counted through here."""
    lambdas = emulator.lambdas
    # What a function writes is the function's: the server's own log is no place for it.
    logging.getLogger("lambda").addFilter(lambda record: " output" not in str(record.msg))
    lambdas._emit_lambda_logs = emit
    lambdas._execute_function_dispatch = with_log(lambdas._execute_function_dispatch)
