"""Runs inside a Lambda environment: loads the handler once, then answers one invocation a line.

Standard input: a line of JSON that describes the function, then a line for each invocation.
Answers leave on a copy of the first standard output, so that nothing a handler (or C code below
it) prints can be taken for one; what it prints goes to standard error, which is the log. The
environment ends when its standard input does: with its parent, whatever the handler is doing.

This file runs alone, in the function's folder: it may import only the standard library.
"""

import base64
import importlib
import json
import os
import queue
import runpy
import socket
import sys
import threading
import time
import traceback
from urllib.parse import urlsplit

END = "\x1eEND"  # ends what one invocation logged
CHUNK = '{"status": "chunk"'  # begins a line with a piece of a streamed answer
STOP = '{"stop": true}\n'  # the line that ends the stream that is being written
NULS = b"\0" * 8  # between the metadata of a streamed answer and its body
ANSWER_LIMIT = 6_291_556  # bytes of an answer that Lambda takes
BALANCERS = ".elb.amazonaws.com"
DEPTH = "_MINISTACK_INVOKE_DEPTH"
DEPTH_HEADER = "X-Ministack-Invoke-Depth"
DURABLE = tuple(
    f"AWS_LAMBDA_DURABLE_{n}" for n in ("EXECUTION_ARN", "CHECKPOINT_TOKEN", "EXECUTION_NAME")
)

stopped = threading.Event()  # nobody reads the stream that is being written


def reply_channel():
    """A text file on a copy of standard output, which from now on is standard error."""
    channel = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8")
    os.dup2(2, 1)
    sys.stderr.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    sys.stdout = sys.stderr
    return channel


def lines_of_parent():
    """A queue of the lines that the parent writes; the process ends when the parent does."""
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    source = sys.stdin

    def read():
        for line in source:
            if line == STOP:
                stopped.set()
            else:
                lines.put(line)
        os._exit(0)

    first = source.readline()
    threading.Thread(target=read, daemon=True, name="parent").start()
    return first, lines


def search_path(code_dir):
    """Put the function's code where Python looks first, then its layers, the last one first."""
    layers = filter(None, os.environ.get("_LAMBDA_LAYERS_DIRS", "").split(os.pathsep))
    for layer in layers:
        packages = os.path.join(layer, "python")
        if os.path.isdir(packages):
            sys.path.insert(0, packages)
            add_site_packages(os.path.join(packages, "lib"))
    sys.path.insert(0, code_dir)


def add_site_packages(lib):
    """Add `lib/pythonX.Y/site-packages` of a layer, `.pth` files included."""
    if os.path.isdir(lib):
        import site

        for version in os.listdir(lib):
            found = os.path.join(lib, version, "site-packages")
            if os.path.isdir(found):
                site.addsitedir(found)


def count_depth():
    """Let calls that the handler makes through botocore carry how deep functions call functions."""
    import botocore.handlers

    def add_depth(params, **_):
        depth = os.environ.get(DEPTH)
        if depth and DEPTH_HEADER not in params["headers"]:
            params["headers"][DEPTH_HEADER] = depth

    botocore.handlers.BUILTIN_HANDLERS.append(("before-call", add_depth))


def find_balancers():
    """Let DNS names of load balancers lead to the sandbox, which balances by the Host."""
    place = urlsplit(os.environ.get("AWS_ENDPOINT_URL", ""))
    ask = socket.getaddrinfo

    def getaddrinfo(host, port, *args, **named):
        if str(host).endswith(BALANCERS) and place.hostname:
            host, port = place.hostname, place.port
        return ask(host, port, *args, **named)

    socket.getaddrinfo = getaddrinfo


class CountDepth:
    """Calls count_depth when somebody imports botocore: the import alone costs 0.15 s."""

    def find_spec(self, name, path=None, target=None):
        if name == "botocore.session":
            sys.meta_path.remove(self)
            count_depth()


def restore_snapshot():
    """Run the hooks of SnapStart, for a function that has it and the package that keeps them."""
    try:
        from snapshot_restore_py import get_after_restore, get_before_snapshot
    except ImportError:
        return
    for hook, args, named in [*reversed(get_before_snapshot()), *get_after_restore()]:
        hook(*args, **named)


def failure(error, request_id="", kind=None):
    """What Lambda answers, and logs, when a handler raises."""
    kind = kind or type(error).__name__
    own = [at for at in traceback.extract_tb(error.__traceback__) if at.filename != __file__]
    stack = traceback.format_list(own)
    text = f"[ERROR] {kind}: {error}\nTraceback (most recent call last):\n{''.join(stack)}".rstrip()
    return {
        "status": "ok",
        "result": None,
        "function_error": {
            "errorMessage": str(error),
            "errorType": kind,
            "requestId": request_id,
            "stackTrace": stack,
        },
        "trace": text,
    }


def per_invocation(ctx):
    """Set the variables that change with each invocation; whether the caller takes a stream."""
    wanted = {"_X_AMZN_TRACE_ID": ctx.get("trace_id"), DEPTH: ctx.get("depth")}
    durable = ctx.get("durable") or {}
    wanted.update({name: durable.get(name) for name in DURABLE})
    for name, value in wanted.items():
        if value is None or value == "":
            os.environ.pop(name, None)
        else:
            os.environ[name] = str(value)
    return durable.get("KIT_STREAM") == "1"


class Context:
    """The second argument of a handler."""

    identity = None
    client_context = None

    def __init__(self, init, ctx):
        name = init.get("function_name", "")
        env = os.environ
        self.function_name = name
        self.function_version = env.get("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        self.memory_limit_in_mb = str(init.get("memory", 128))
        self.invoked_function_arn = ctx.get("invoked_function_arn", init.get("arn", ""))
        self.aws_request_id = ctx.get("request_id", "")
        self.log_group_name = env.get("AWS_LAMBDA_LOG_GROUP_NAME", f"/aws/lambda/{name}")
        self.log_stream_name = env.get("AWS_LAMBDA_LOG_STREAM_NAME", "")
        self.streams = (ctx.get("durable") or {}).get("KIT_STREAM") == "1"
        self.deadline = time.time() + float(env.get("_LAMBDA_TIMEOUT", "3"))

    def get_remaining_time_in_millis(self):
        return max(0, int((self.deadline - time.time()) * 1000))


def load(init):
    """The handler that the function names; raises what its module raises."""
    strict, wrapped = (os.environ.pop(f"KIT_WORKER_{n}", "") for n in ("STRICT", "WRAPPED"))
    if strict:
        runpy.run_path(strict)["close"](init)
    os.environ.update(init.get("env", {}))
    find_balancers()
    search_path(init["code_dir"])
    if init["handler"] == "sh" and "AWS_LAMBDA_EXEC_WRAPPER" in os.environ:
        return runpy.run_path(wrapped)["start"](init, strict)
    sys.meta_path.insert(0, CountDepth())
    module = importlib.import_module(init["module"])
    if not hasattr(module, init["handler"]):
        raise HandlerMissing(f"Handler '{init['handler']}' missing on module '{init['module']}'")
    if init.get("snapstart"):
        restore_snapshot()
    return getattr(module, init["handler"])


class HandlerMissing(Exception):
    pass


def failed_load(error, module):
    """What Lambda reports when a function cannot be loaded: the kind, and the problem."""
    kinds = (
        (HandlerMissing, "Runtime.HandlerNotFound", "{1}"),
        (SyntaxError, "Runtime.UserCodeSyntaxError", "Syntax error in module '{0}': {1}"),
        (ImportError, "Runtime.ImportModuleError", "Unable to import module '{0}': {1}"),
    )
    for kind, name, text in kinds:
        if isinstance(error, kind):
            problem = Exception(text.format(module, error))
            return name, problem.with_traceback(error.__traceback__)
    return type(error).__name__, error


def invoke(handler, init, message, replies):
    """Run one invocation; the answer for the parent."""
    ctx = message.get("ctx") or {}
    request_id = ctx.get("request_id") or ""
    streams = per_invocation(ctx)
    stopped.clear()
    try:
        result = handler(message["event"], Context(init, ctx))
        if streams and hasattr(result, "__next__"):
            stream(result, replies)
            result = None
    except SystemExit:
        sys.stderr.flush()
        os._exit(1)
    except BaseException as error:  # noqa: BLE001  what a handler raises is an answer
        return json.dumps(failure(error, request_id))
    try:
        answer = json.dumps({"status": "ok", "result": result})
    except (TypeError, ValueError) as error:
        problem = TypeError(f"Unable to marshal response: {error}")
        return json.dumps(failure(problem, request_id, "Runtime.MarshalError"))
    if len(answer) > ANSWER_LIMIT and size(result) > ANSWER_LIMIT:
        text = "Response payload size exceeded maximum allowed payload size"
        too_big = ValueError(f"{text} ({ANSWER_LIMIT} bytes).")
        return json.dumps(failure(too_big, request_id, "Function.ResponseSizeTooLarge"))
    return answer


def size(result):
    """The bytes of an answer as Lambda sends it."""
    return len(json.dumps(result, ensure_ascii=False).encode("utf-8", "surrogatepass"))


def stream(pieces, replies):
    """Write what a generator yields as it yields it: the metadata, a dictionary, comes first."""
    try:
        for piece in pieces:
            if stopped.is_set():
                break
            if isinstance(piece, dict):
                piece = json.dumps(piece).encode() + NULS
            elif isinstance(piece, str):
                piece = piece.encode("utf-8", "surrogatepass")
            text = base64.b64encode(piece).decode("ascii")
            replies.write(CHUNK + ', "b64": "' + text + '"}\n')
            replies.flush()
    finally:
        # Whoever stops early lets the generator clean up, and set the model free.
        getattr(pieces, "close", int)()


def main():
    replies = reply_channel()
    first, lines = lines_of_parent()
    init = json.loads(first)
    try:
        handler = load(init)
    except BaseException as error:  # noqa: BLE001  so is what its module raises
        kind, problem = failed_load(error, init["module"])
        sys.stderr.write(f"{failure(problem, kind=kind)['trace']}\n")
        sys.stderr.flush()
        replies.write(json.dumps({"status": "error", "error": f"{kind}: {problem}"}) + "\n")
        replies.flush()
        os._exit(1)
    sys.stderr.write(f"{END}\n")  # what was logged until here belongs to no invocation
    sys.stderr.flush()
    replies.write(json.dumps({"status": "ready", "cold": True}) + "\n")
    while True:
        answer = invoke(handler, init, json.loads(lines.get()), replies)
        # The log first: whoever has the answer has the whole log too.
        sys.stderr.write(f"{END}\n")
        sys.stderr.flush()
        replies.write(answer + "\n")


if __name__ == "__main__":
    main()
