"""Provisioned concurrency: environments that are started before anybody asks for them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from sandbox.server.base import emulator
from sandbox.server.base.emulator import Answer, Record
from sandbox.server.functions import waiting

log = logging.getLogger("sandbox")

lambdas = emulator.lambdas
lambda_runtime = emulator.lambda_runtime
Call = Callable[[str, str, Record], Answer]

LATEST = "$LATEST"
UNPUBLISHED = "Provisioned Concurrency Configs cannot be applied to unpublished function versions."


def put(original: Call) -> Call:
    """What the emulator says, and the environments are started beside."""

    def call(name: str, qualifier: str, data: Record) -> Answer:
        if name in lambdas._functions and (qualifier or LATEST) == LATEST:
            refused: Answer = emulator.responses.error_response_json(
                "InvalidParameterValueException", UNPUBLISHED, 400
            )
            return refused
        answer = original(name, qualifier, data)
        if answer[0] != 202:
            return answer
        record = _begin(lambdas._functions[name], qualifier)
        told: Answer = emulator.responses.json_response(record, 202)
        return told

    return call


def _begin(function: Record, qualifier: str) -> Record:
    """Start the environments of a version or an alias; what is said of them until they are ready."""
    record: Record = function["provisioned_concurrency"][qualifier]
    record |= {
        "Status": "IN_PROGRESS",
        "AvailableProvisionedConcurrentExecutions": 0,
        "AllocatedProvisionedConcurrentExecutions": 0,
    }
    record.pop("StatusReason", None)
    work = (function, qualifier, record)
    threading.Thread(target=_warm, args=work, daemon=True, name="kit-provision").start()
    return dict(record)


def _version(function: Record, qualifier: str) -> str:
    alias = (function.get("aliases") or {}).get(qualifier)
    return str(alias["FunctionVersion"]) if alias else qualifier


def _warm(function: Record, qualifier: str, record: Record) -> None:
    number = _version(function, qualifier)
    version = (function.get("versions") or {}).get(number) or {}
    wanted = int(record["RequestedProvisionedConcurrentExecutions"])
    held: list[Any] = []
    try:
        config = version["config"]
        # More than the processors would only take each other's time.
        for _ in range(min(wanted, waiting.CORES)):
            worker, _ = lambda_runtime.acquire_worker(
                config["FunctionName"], config, version["code_zip"], qualifier=number
            )
            held.append(worker)
            lambda_runtime.ensure_spawned(worker)
            worker.provisioned = True
    except Exception as error:  # noqa: BLE001  whatever the function's own code raises
        log.warning("cannot provision %s: %s", qualifier, error)
        record |= {"Status": "FAILED", "StatusReason": "FUNCTION_ERROR_INIT_FAILURE"}
    else:
        record |= {
            "Status": "READY",
            "AvailableProvisionedConcurrentExecutions": wanted,
            "AllocatedProvisionedConcurrentExecutions": wanted,
        }
    finally:
        for worker in held:
            lambda_runtime.release_worker(worker)
        waiting.freed()


def delete(original: Callable[[str, str], Answer]) -> Callable[[str, str], Answer]:
    """Its environments are those of anybody from now on."""

    def call(name: str, qualifier: str) -> Answer:
        answer = original(name, qualifier)
        function = lambdas._functions.get(name)
        if answer[0] == 204 and function:
            number = _version(function, qualifier)
            for worker in _environments():
                if worker.func_name == name and worker.config.get("Version") == number:
                    worker.provisioned = False
        return answer

    return call


def _environments() -> list[Any]:
    with lambda_runtime._lock:
        return [worker for pool in lambda_runtime._workers.values() for worker in pool]


def settle() -> None:
    """Start what was provisioned when the sandbox was stopped."""
    for function in list(lambdas._functions._data.values()):
        for qualifier in function.get("provisioned_concurrency") or ():
            _begin(function, qualifier)


def install() -> None:
    """Put these over the emulator's calls."""
    lambdas._put_provisioned_concurrency = put(lambdas._put_provisioned_concurrency)
    lambdas._delete_provisioned_concurrency = delete(lambdas._delete_provisioned_concurrency)
