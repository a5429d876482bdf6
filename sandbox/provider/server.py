"""The resource provider `aws` as Pulumi's engine calls it: itself, its functions, its resources."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2

from sandbox.home import home
from sandbox.provider import leftovers
from sandbox.provider.abandoned import Abandoned
from sandbox.provider.core import engine_errors, registry, runs
from sandbox.provider.core.journal import Journal
from sandbox.provider.core.wire import Secret, decode, encode, has_secret, plain
from sandbox.provider.leftovers import Leftovers
from sandbox.provider.resources import Resources, Rpc

VERSION = "7.51.1"  # of the official provider whose schema and behaviour this one follows


class Provider(Resources):
    """Serves any number of runs of the engine at once."""

    def __init__(self, folder: Path | None = None) -> None:
        super().__init__(Journal((folder or home()) / "journal"))
        self.leftovers = Leftovers(self.creations, self.contexts)
        self.abandoned = Abandoned(folder or home(), self.journal, self.leftovers)

    def Handshake(self, request: Any, context: Rpc) -> Any:
        self.runs.of(context.peer()).folder = request.program_directory
        return provider_pb2.ProviderHandshakeResponse(
            accept_secrets=True, supports_autonaming_configuration=True
        )

    def Attach(self, request: Any, context: Rpc) -> Any:
        return empty_pb2.Empty()

    def GetPluginInfo(self, request: Any, context: Rpc) -> Any:
        return plugin_pb2.PluginInfo(version=VERSION)

    def GetSchema(self, request: Any, context: Rpc) -> Any:
        return provider_pb2.GetSchemaResponse(
            schema=json.dumps({"name": "aws", "version": VERSION})
        )

    def CheckConfig(self, request: Any, context: Rpc) -> Any:
        problem = runs.region_problem(decode(request.news).get("region"))
        failures = [provider_pb2.CheckFailure(reason=problem)] if problem else []
        return provider_pb2.CheckResponse(inputs=request.news, failures=failures)

    def DiffConfig(self, request: Any, context: Rpc) -> Any:
        # A new region replaces each resource that has one: Check writes it into the arguments.
        old, new = plain(decode(request.olds)), plain(decode(request.news))
        changed = sorted(k for k in {*old, *new} - {"version"} if old.get(k) != new.get(k))
        response = provider_pb2.DiffResponse
        return response(
            changes=response.DIFF_SOME if changed else response.DIFF_NONE, diffs=changed
        )

    def Configure(self, request: Any, context: Rpc) -> Any:
        run = self.runs.of(context.peer())
        run.settings = runs.settings(decode(request.args), dict(request.variables))
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True, supportsPreview=True, supports_autonaming_configuration=True
        )

    def Cancel(self, request: Any, context: Rpc) -> Any:
        for urn in self.runs.of(context.peer()).cancel():
            self.journal.forget(urn)
        return empty_pb2.Empty()

    def Invoke(self, request: Any, context: Rpc) -> Any:
        if request.tok == leftovers.TOKEN:
            return self._take_back(request, context)
        call = registry.functions().get(request.tok)
        if call is None:
            engine_errors.abort(context, engine_errors.unknown_function(request.tok))
        arguments = decode(request.args)
        run = self.runs.of(context.peer())
        with self.contexts.of(run, context, f"calling {request.tok}", arguments) as ctx:
            result = call(ctx, plain(arguments))
        if has_secret(arguments):
            result = {name: Secret(value) for name, value in result.items() if value is not None}
        return _answer(result)

    def _take_back(self, request: Any, context: Rpc) -> Any:
        run = self.runs.of(context.peer())
        return _answer(self.leftovers.answer(plain(decode(request.args)), run, context))


def _answer(result: dict[str, Any]) -> Any:
    answer = provider_pb2.InvokeResponse()
    getattr(answer, "return").CopyFrom(encode(result))
    return answer
