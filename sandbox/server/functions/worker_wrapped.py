"""Runs inside a Lambda environment whose function a layer starts, as the Lambda Web Adapter does.

Lambda starts what AWS_LAMBDA_EXEC_WRAPPER names, and beside it the extensions that layers bring. They
ask its Runtime API for events and post answers there, piece by piece if they like. worker_main runs
this file by its path: it may import only the standard library. Linux, as Lambda.
"""

import json
import os
import queue
import random
import runpy
import shlex
import socket
import subprocess
import sys
import sysconfig
import threading
import zipfile
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

# What is in AWS's runtime for Python, where LAMBDA_RUNTIME_DIR says.
RUNTIME = ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six.py", "urllib3")
PORTS = range(10_000, 16_000)
LOOK = 0.05  # seconds between two looks at what was started
# Becomes another program, which ends when this environment does: 1 is prctl's PR_SET_PDEATHSIG, 9 the
# signal that it gets.
BECOME = (
    "import ctypes, os, sys; ctypes.CDLL(None).prctl(1, 9); os.execv(sys.argv[1], sys.argv[1:])"
)
WITH_US = (sys.executable, "-S", "-c", BECOME)
# Runs a script in which names of load balancers lead to the sandbox: worker_main's file, the script, its
# arguments. What a layer starts is a process of its own, which knows nothing of worker_main.
FINDING = (
    "import os, runpy, sys; runpy.run_path(sys.argv[1])['find_balancers'](); del sys.argv[:2]; "
    "sys.path[0] = os.path.dirname(os.path.abspath(sys.argv[0])); "
    "runpy.run_path(sys.argv[0], run_name='__main__')"
)


class Exchange:
    """One event and the pieces of its answer."""

    def __init__(self, event, context):
        self.event, self.context = event, context
        self.pieces: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self.error = None

    def __iter__(self):
        """The pieces as they come. Whoever stops early leaves the rest to be taken in."""
        piece: bytes | None = b""
        try:
            while (piece := self.pieces.get()) is not None:
                yield piece
        finally:
            while piece is not None:
                piece = self.pieces.get()
        if self.error:
            raise RuntimeError(self.error)


class RuntimeApi:
    """What a runtime and extensions call: the next event, and a place for its answer."""

    def __init__(self):
        self.events: queue.SimpleQueue[Exchange] = queue.SimpleQueue()
        self.running = {}
        self.asked = threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Calls", (Calls,), {"api": self}))
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True, name="runtime").start()

    def handle(self, event, context):
        """Have the runtime answer an event: in pieces where somebody takes them, else whole."""
        exchange = Exchange(event, context)
        self.events.put(exchange)
        pieces = iter(exchange)
        if context.streams:
            return pieces
        text = b"".join(pieces).decode("utf-8", "replace")
        try:
            return json.loads(text)
        except ValueError:
            return text  # a stream to somebody who takes none: its bytes, as Lambda has it

    def next(self):
        """The next event, once there is one."""
        self.asked.set()
        exchange = self.events.get()
        self.running[exchange.context.aws_request_id] = exchange
        return exchange


class Calls(BaseHTTPRequestHandler):
    """The calls of both APIs."""

    api: RuntimeApi
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        """Nobody asked."""

    def do_GET(self):
        if not self.path.endswith("/invocation/next"):
            threading.Event().wait()  # an extension's next event: there is none
        found = self.api.next()
        context = found.context
        headers = {
            "Lambda-Runtime-Aws-Request-Id": context.aws_request_id,
            "Lambda-Runtime-Deadline-Ms": str(int(context.deadline * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": context.invoked_function_arn,
            "Lambda-Runtime-Trace-Id": os.environ.get("_X_AMZN_TRACE_ID", ""),
        }
        self.reply(200, json.dumps(found.event).encode(), headers)

    def do_POST(self):
        if self.path.endswith("/extension/register"):
            self.rfile.read(int(self.headers["Content-Length"] or 0))
            name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "")
            told = {"functionName": name, "functionVersion": "$LATEST", "handler": ""}
            return self.reply(200, json.dumps(told).encode(), {"Lambda-Extension-Identifier": "1"})
        *_, request_id, kind = self.path.split("/")
        exchange = self.api.running.pop(request_id, None)
        body = self.body()
        if exchange is None or kind == "error":
            text = b"".join(body).decode("utf-8", "replace")
            sys.stderr.write(f"{text}\n")
            if exchange is None:
                os._exit(1)  # it failed before there was an event
            exchange.error = text
        else:
            for piece in body:
                exchange.pieces.put(piece)
        exchange.pieces.put(None)
        return self.reply(202, b"{}", {})

    def body(self):
        """What is sent, as it comes."""
        if "chunked" not in (self.headers["Transfer-Encoding"] or ""):
            yield self.rfile.read(int(self.headers["Content-Length"] or 0))
            return
        while size := int(self.rfile.readline(), 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline() not in (b"\r\n", b""):
            pass  # trailers

    def reply(self, status, body, headers):
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def start(init, strict):
    """Start the extensions and the function; what answers events, once it has asked for the first.

    `strict`: in a strict sandbox, worker_strict's path. Then the function's Python finds no package
    of this machine, and its memory counts.
    """
    code, api = Path(init["code_dir"]), RuntimeApi()
    layers = [Path(each) for each in os.environ["_LAMBDA_LAYERS_DIRS"].split(os.pathsep)]
    allow(code.with_name("code.zip"), code)
    wrapper = os.environ["AWS_LAMBDA_EXEC_WRAPPER"].removeprefix("/opt/")
    script = next((each / wrapper for each in layers if (each / wrapper).is_file()), wrapper)
    own = variables(init, api, layers, strict)
    programs = [str(each) for folder in layers for each in (folder / "extensions").glob("*")]
    started = [
        subprocess.Popen([*WITH_US, *each], env=own, cwd=code, stdin=subprocess.DEVNULL)
        for each in [*([program] for program in programs), [str(script), sys.executable]]
    ]
    if strict:
        runpy.run_path(strict)["watch"](init["memory"], [each.pid for each in started])
    while not api.asked.wait(LOOK):
        if any(process.poll() is not None for process in started):
            os._exit(1)
    return api.handle


def variables(init, api, layers, strict):
    """What Lambda has in the environment of a runtime; `/opt` and `/var/runtime` are other folders."""
    around = Path(init["code_dir"]).parent
    python, runtime = around / "bin" / "python3", around / "runtime"
    python.parent.mkdir()
    python.write_text(started_as("-S" if strict else ""), "utf-8")
    python.chmod(0o755)
    runtime.mkdir()
    for name in RUNTIME:
        (runtime / name).symlink_to(Path(sysconfig.get_paths()["purelib"]) / name)
    return {
        **os.environ,
        "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join(str(each / "python") for each in layers),
        "LAMBDA_TASK_ROOT": init["code_dir"],
        "LAMBDA_RUNTIME_DIR": str(runtime),
        "AWS_LAMBDA_RUNTIME_API": "{}:{}".format(*api.server.server_address),
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{init.get('function_name', '')}",
        # Each environment of Lambda's has all ports for itself.
        "AWS_LWA_PORT": str(free_port()),
        "_HANDLER": f"{init['module']}.{init['handler']}",
    }


def started_as(alone):
    """What `python3` is for a function: this Python, and for a script, with FINDING before it."""
    finding = shlex.join(["-c", FINDING, str(sys.modules["__main__"].__file__)])
    return f'''#!/bin/sh
case "$1" in *.py) set -- {finding} "$@" ;; esac
exec "{sys.executable}" {alone} "$@"
'''


def free_port():
    """A port that is free, and that no system hands out by itself before the function listens."""
    for port in random.sample(PORTS, len(PORTS)):
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise OSError(f"every port from {PORTS[0]} to {PORTS[-1]} is taken")


def allow(packed, folder):
    """Files may be started as their zip has it; what unpacked it has left that out."""
    with zipfile.ZipFile(packed) as opened:
        for entry in opened.infolist():
            if entry.external_attr >> 16 & 0o111 and not entry.is_dir():
                (folder / entry.filename).chmod(0o755)
