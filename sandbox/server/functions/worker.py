"""Lambda environments that keep the model loaded, whatever a handler does.

The emulator's worker is taken over where it is right (a process for each concurrent request, reuse,
reaping, time-out) and changed where it is not: worker_main is what runs inside, its log ends with a
mark instead of a wait of 50 ms, and a handler that raises does not end its environment.
"""

from __future__ import annotations

import os
import queue
import subprocess
import tempfile
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox import home
from sandbox.server.base import emulator
from sandbox.server.functions import idle_environments, layers, process_memory, waiting
from sandbox.server.functions.stream_pipe import STREAM, Sink, Tee, wanted
from sandbox.server.functions.worker_main import END

Result = dict[str, Any]

lambda_runtime = emulator.lambda_runtime
LOG_WAIT = 0.25  # seconds for the end of a log whose writer has died
TIMED_OUT = "Sandbox.Timedout"
EXITED = "RequestId: {} Error: Runtime exited without providing a reason"
KILLED = "RequestId: {} Error: Runtime exited with error: signal: killed"
EXIT_ERROR = "Runtime.ExitError"
SIGKILL = 9  # Windows has no name for it
OUT_OF_MEMORY = "Runtime.OutOfMemory"
STRICT = home.strict()

# Of the thread that runs an invocation: `report`, `run`, and that it is `running` one.
_here = threading.local()


@dataclass
class Run:
    """What one invocation took: its REPORT line."""

    stream: str  # the environment's log stream
    milliseconds: float = 0.0
    memory: int = 0  # the environment's peak, MB
    error_type: str = ""
    cold: bool = False
    init_milliseconds: float = 0.0
    init_log: str = ""
    init_failed: bool = False


class Environment(lambda_runtime.Worker):  # type: ignore[misc,name-defined]
    """One environment of a Python function."""

    config: dict[str, Any]
    _run = Run("")
    _peak = 0
    _sink: Sink | None = None
    _started: subprocess.Popen[str] | None = None  # the last process, also when it has ended

    def _spawn(self) -> None:
        self._sink, sink = None, self._sink  # what is said while loading is no stream
        started = time.perf_counter()
        plain = self.config
        self._run = Run(stream=f"[{self.config.get('Version', '$LATEST')}]{uuid.uuid4().hex}")
        self._run.cold = True
        try:
            idle_environments.make_way()
            # Something may have tidied up; a home that was deleted is not to come back.
            Path(tempfile.gettempdir()).mkdir(exist_ok=True)
            self.config = layers.unpacked(plain) if STRICT or wrapped(plain) else plain
            super()._spawn()
        finally:
            self.config, self._started = plain, self._proc
            self._run.init_milliseconds = (time.perf_counter() - started) * 1000
        self._proc.stdout = Tee(self._proc.stdout, self._proc.stdin, lambda: self._sink)
        self._run.init_log = self._drain_stderr_bounded()
        self._sink = sink

    def _read_stderr(self) -> None:
        lines = self._stderr_queue  # a new process gets a new one
        with suppress(OSError, ValueError, AttributeError):
            stream = self._proc.stderr
            # A byte that is no UTF-8 must not end the reading: the handler would block.
            stream.reconfigure(encoding="utf-8", errors="replace")
            for line in stream:
                lines.put(line.rstrip("\n"))
        lines.put(END)

    def _drain_stderr_bounded(self, *_: Any, **__: Any) -> str:
        lines: list[str] = []
        end = time.monotonic() + LOG_WAIT
        while (left := end - time.monotonic()) > 0:
            try:
                line = self._stderr_queue.get(timeout=left)
            except queue.Empty:
                break
            lines.append(line)
            if line.endswith(END):
                break
        return _log_text(lines)

    def _drain_stderr(self) -> str:
        return _log_text(super()._drain_stderr().split("\n"))

    def invoke(self, event: Any, request_id: str, **more: Any) -> Result:
        """Run one invocation; a failed one leaves its report for `warm`."""
        # Lambda's own runtime for Python gives whole answers only; the Web Adapter streams.
        self._sink = None if STRICT and not wrapped(self.config) else wanted.get()
        if self._sink is not None:
            # Beside the event travels a dictionary that worker_main knows how to read.
            more["durable"] = {**(more.get("durable") or {}), STREAM: "1"}
        self._run = Run(self._run.stream)
        started = time.perf_counter()
        try:
            result: Result = super().invoke(event, request_id, **more)
        except RuntimeError as error:
            result = self._failed_init(str(error), request_id)
        finally:
            self._sink = None
        self._run.milliseconds = (time.perf_counter() - started) * 1000
        self._run.milliseconds -= self._run.init_milliseconds
        self._peak = (
            process_memory.peak(self._proc) or self._peak
        )  # a process that was ended has none
        self._run.memory = self._peak
        _here.run = self._run
        report = result.pop("function_error", None)
        if report is None and result.get("error") == "Worker process died":
            message, self._run.error_type = self._end(request_id)
            report = _report(EXIT_ERROR, message, request_id)
            result["trace"] = f"{message}\n{EXIT_ERROR}"
        elif str(result.get("error", "")).startswith("Task timed out"):
            self._run.error_type = TIMED_OUT
        if report is None:
            return result
        _here.report = report
        return {**result, "status": "error", "error": report["errorMessage"]}

    def _failed_init(self, error: str, request_id: str) -> Result:
        if self._stderr_thread is not None:
            self._stderr_thread.join(LOG_WAIT)
        log = self._drain_stderr()
        ended, error_type = self._end(request_id)
        lambda_runtime.kill_workers([self])
        kind, _, message = error.removeprefix("Worker init failed: ").partition(": ")
        trace = ""  # the process wrote one, unless it ended before it could
        if not message or "stderr" in kind:
            kind, message, trace = EXIT_ERROR, ended, f"{ended}\n{EXIT_ERROR}"
        self._run.error_type = error_type if kind == EXIT_ERROR else kind
        self._run.init_failed = True
        _here.report = _report(kind, message, request_id)
        return {"status": "error", "error": message, "log": log, "trace": trace}

    def _end(self, request_id: str) -> tuple[str, str]:
        """Why the process has ended, as Lambda says it to the caller, and in its REPORT line."""
        killed = False
        if STRICT and self._started is not None:
            with suppress(subprocess.TimeoutExpired):
                killed = self._started.wait(LOG_WAIT) == -SIGKILL
        message = KILLED if killed else EXITED
        return message.format(request_id), OUT_OF_MEMORY if killed else EXIT_ERROR


def wrapped(config: dict[str, Any]) -> bool:
    """Whether a layer starts the function, as the Lambda Web Adapter does: its handler is a script."""
    found = (config.get("Environment") or {}).get("Variables") or {}
    script = str(config.get("Handler", "")).endswith(".sh")
    return script and "AWS_LAMBDA_EXEC_WRAPPER" in found and bool(config.get("Layers"))


def _log_text(lines: list[str]) -> str:
    return "\n".join(line.removesuffix(END) for line in lines if line != END)


def _report(kind: str, message: str, request_id: str) -> Result:
    return {"errorMessage": message, "errorType": kind, "requestId": request_id, "stackTrace": []}


def last_run() -> Run | None:
    """What the last invocation of this thread took; None if it ran in no environment of ours."""
    return getattr(_here, "run", None)


def environment_class(original: Callable[[Any], type]) -> Callable[[Any], type]:
    """Python functions run in an Environment, all others as the emulator has it."""

    def choose(config: dict[str, Any]) -> type:
        runtime = str(config.get("Runtime", ""))
        return Environment if runtime.startswith("python") else original(config)

    return choose


def warm(original: Callable[..., Result]) -> Callable[..., Result]:
    """Answer a handler's own exception as Lambda does, with its type and stack."""

    def execute(func: Any, event: Any, request_id: str) -> Result:
        _here.report = _here.run = None
        _here.running = True
        try:
            result = original(func, event, request_id)
        finally:
            _here.running = False
        if result.get("error") and _here.report:
            result["body"] = _here.report
        result["request_id"] = request_id
        return result

    return execute


def release(original: Callable[..., None]) -> Callable[..., None]:
    def give_back(worker: Any) -> None:
        worker.last_used = time.time()  # idle since now, and not since it was called
        original(worker)
        if worker in waiting.retired:
            waiting.retired.discard(worker)
            lambda_runtime.kill_workers([worker])
        waiting.freed()

    return give_back


def invalidate(original: Callable[..., None]) -> Callable[..., None]:
    """A change of a function ends its environments, one that is busy when it has answered."""

    def end(name: str, qualifier: str | None = None, **where: str) -> None:
        if not getattr(_here, "running", False):
            with lambda_runtime._lock:
                for key, pool in lambda_runtime._workers.items():
                    if key.split(":")[2] == name and qualifier in (None, key.split(":")[3]):
                        waiting.retired.update(worker for worker in pool if worker.in_use)
                        pool[:] = [worker for worker in pool if not worker.in_use]
        original(name, qualifier=qualifier, **where)

    return end


def reset(original: Callable[[], None]) -> Callable[[], None]:
    def end() -> None:
        retired = list(waiting.retired)
        waiting.retired.clear()
        lambda_runtime.kill_workers(retired)
        original()

    return end


def settle() -> None:
    """Functions that were saved while they were being made are ready now."""
    for function in list(emulator.lambdas._functions._data.values()):
        versions = (function.get("versions") or {}).values()
        for config in (function.get("config"), *(version.get("config") for version in versions)):
            if config and config.get("State") == "Pending":
                config["State"] = "Active"
            if config and config.get("LastUpdateStatus") == "InProgress":
                config["LastUpdateStatus"] = "Successful"


def install() -> None:
    """Let the emulator run Python functions in these environments."""
    script = Path(__file__).with_name("worker_main.py").read_text(encoding="utf-8")
    more = {"STRICT": "worker_strict.py", "WRAPPED": "worker_wrapped.py"}
    for name, file in more.items():
        if STRICT or name != "STRICT":
            os.environ[f"KIT_WORKER_{name}"] = str(Path(__file__).with_name(file))
    lambda_runtime._PYTHON_WORKER_SCRIPT = script
    lambda_runtime._worker_class_for = environment_class(lambda_runtime._worker_class_for)
    lambdas = emulator.lambdas
    lambdas._execute_function_warm = warm(lambdas._execute_function_warm)
    lambdas.acquire_worker = waiting.acquire(lambdas.acquire_worker)
    lambdas.release_worker = release(lambdas.release_worker)
    lambdas.invalidate_worker = invalidate(lambdas.invalidate_worker)
    lambda_runtime.reset = reset(lambda_runtime.reset)
    # Functions are ready at once here; AWS takes seconds, and callers wait for `Active` either way.
    lambdas._LAMBDA_STATE_TRANSITION_DELAY = 0.02
