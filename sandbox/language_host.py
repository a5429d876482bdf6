"""Runs a Pulumi program of a folder for the engine: a language host, as `pulumi up` wants one.

Pulumi's own `pulumi-language-python` comes with the downloaded CLI only. This one serves the same
protocol with the SDK's Automation API server, which runs a function: here the function runs the
folder's __main__.py. The engine starts it as `pulumi-language-python [flags] <engine address>`.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from types import TracebackType

import grpc
import pulumi
from pulumi.automation._server import LanguageServer
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2


class FolderServer(LanguageServer):
    """Serves the program of the folder that a Run request names.

    Args:
        engine: the address for log messages, from the command line.
    """

    def __init__(self, engine: str) -> None:
        super().__init__(lambda: None)
        self._engine = engine

    def Handshake(
        self, request: language_pb2.LanguageHandshakeRequest, context: grpc.ServicerContext
    ) -> language_pb2.LanguageHandshakeResponse:
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(
        self, request: object, context: grpc.ServicerContext
    ) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=version("pulumi"))

    def InstallDependencies(
        self, request: language_pb2.InstallDependenciesRequest, context: grpc.ServicerContext
    ) -> Iterator[language_pb2.InstallDependenciesResponse]:
        text = f"The program runs in {sys.executable}, which has what it needs.\n"
        yield language_pb2.InstallDependenciesResponse(stdout=text.encode())

    def Run(
        self, request: language_pb2.RunRequest, context: grpc.ServicerContext
    ) -> language_pb2.RunResponse:
        folder = Path(request.info.program_directory or request.pwd or ".").resolve()
        entry = (folder / (request.info.entry_point or ".")).resolve()
        script = entry / "__main__.py" if entry.is_dir() else entry
        failed: list[bool] = []

        def program() -> None:
            try:
                runpy.run_path(str(script), run_name="__main__")
            except pulumi.RunError:
                failed.append(True)
                raise
            except BaseException as error:
                failed.append(True)
                raise pulumi.RunError(explain(error, folder)) from error

        os.chdir(folder)
        sys.path.insert(0, str(folder))
        self.program = program
        inner = language_pb2.RunRequest()
        inner.CopyFrom(request)
        del inner.args[:]
        inner.args.append(self._engine)  # where the Automation API passes it
        response: language_pb2.RunResponse = super().Run(inner, context)
        if failed:  # told already, and the engine would tell it a second time
            return language_pb2.RunResponse(bail=True)
        return response


def explain(error: BaseException, folder: Path) -> str:
    """The traceback of a program's error, from the program's first line on."""
    tb: TracebackType | None = error.__traceback__
    while tb and not Path(tb.tb_frame.f_code.co_filename).is_relative_to(folder):
        tb = tb.tb_next
    # A SyntaxError has no line of the program in its traceback: its text names file and line.
    lines = traceback.format_exception(type(error), error, tb)
    return "the program raised an error:\n" + "".join(lines).rstrip()


def main(arguments: list[str]) -> None:
    """Serve on a free loopback port, print it, and live until the engine ends us."""
    addresses = [a for a in arguments if not a.startswith("-")]
    server = grpc.server(ThreadPoolExecutor(8))
    host = FolderServer(addresses[-1] if addresses else "")
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    # The engine interrupts its plugins at the end; a traceback would land in the user's output.
    signal.signal(signal.SIGINT, lambda *_: os._exit(0))
    server.start()
    print(port, flush=True)
    server.wait_for_termination()


if __name__ == "__main__":
    # This file's folder was put first: its modules must not stand in for a program's own.
    del sys.path[0]
    main(sys.argv[1:])
