"""A stand-in for the `aws` provider: answers at once, or as slowly and as badly as a test asks.

It runs in the test's own process and the engine attaches to it, so that a test can make one
resource slow, make another fail, and see every call, without a cloud.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from concurrent import futures
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

REPLACING = {"name", "pathPart", "restApi", "stageName", "triggers", "httpMethod"}
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}


def plain(struct: struct_pb2.Struct) -> dict[str, Any]:
    return json_format.MessageToDict(struct)


def struct(value: dict[str, Any]) -> struct_pb2.Struct:
    return json_format.ParseDict(value, struct_pb2.Struct())


@dataclass
class Fake:
    """What a test sets and what it sees; resources are named by their Pulumi name."""

    slow: dict[str, float] = field(default_factory=dict)  # seconds that a create takes
    stubborn: bool = False  # a slow create does not hear a cancel
    fail: dict[str, str] = field(default_factory=dict)  # what a create says instead
    refuse: dict[str, str] = field(default_factory=dict)  # what a check says
    gone: set[str] = field(default_factory=set)  # what a refresh does not find any more
    calls: list[tuple[str, str]] = field(default_factory=list)
    started: threading.Event = field(default_factory=threading.Event)  # a slow create runs
    cancelled: set[str] = field(default_factory=set)
    port: int = 0

    def names(self, call: str) -> list[str]:
        return [name for kind, name in self.calls if kind == call]


class Servicer(provider_pb2_grpc.ResourceProviderServicer):
    def __init__(self, fake: Fake) -> None:
        self.fake = fake

    def Handshake(self, request, context):
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True)

    def Attach(self, request, context):
        return empty_pb2.Empty()

    def GetPluginInfo(self, request, context):
        return plugin_pb2.PluginInfo(version="7.51.1")

    def GetSchema(self, request, context):
        return provider_pb2.GetSchemaResponse(schema='{"name": "aws", "version": "7.51.1"}')

    def CheckConfig(self, request, context):
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request, context):
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    def Configure(self, request, context):
        return provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    def Check(self, request, context):
        reason = self.fake.refuse.get(name_of(request.urn))
        failures = [provider_pb2.CheckFailure(property="name", reason=reason)] if reason else []
        return provider_pb2.CheckResponse(inputs=request.news, failures=failures)

    def Diff(self, request, context):
        old, new = plain(request.old_inputs), plain(request.news)
        changed = sorted(k for k in {*old, *new} if old.get(k) != new.get(k))
        kind = provider_pb2.PropertyDiff.Kind
        details = {
            key: provider_pb2.PropertyDiff(
                kind=kind.UPDATE_REPLACE if key in REPLACING else kind.UPDATE, inputDiff=True
            )
            for key in changed
        }
        some, none = provider_pb2.DiffResponse.DIFF_SOME, provider_pb2.DiffResponse.DIFF_NONE
        return provider_pb2.DiffResponse(
            changes=some if changed else none,
            diffs=changed,
            replaces=[key for key in changed if key in REPLACING],
            detailedDiff=details,
            hasDetailedDiff=True,
        )

    def Create(self, request, context):
        inputs, name = plain(request.properties), name_of(request.urn)
        if request.preview:
            return provider_pb2.CreateResponse(properties=request.properties)
        self.fake.calls.append(("create", name))
        if name in self.fake.slow:
            self._wait(self.fake.slow[name], context)
        if name in self.fake.fail:
            context.abort(grpc.StatusCode.UNKNOWN, self.fake.fail[name])
        return provider_pb2.CreateResponse(
            id=identity(request.urn), properties=struct(outputs(request.urn, inputs))
        )

    def _wait(self, seconds: float, context) -> None:
        self.fake.started.set()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if context.peer() in self.fake.cancelled and not self.fake.stubborn:
                context.abort(grpc.StatusCode.CANCELLED, "the create was cancelled")
            time.sleep(0.02)

    def Read(self, request, context):
        if name_of(request.urn) in self.fake.gone:
            return provider_pb2.ReadResponse(id="")
        return provider_pb2.ReadResponse(
            id=request.id, properties=request.properties, inputs=request.inputs
        )

    def Update(self, request, context):
        self.fake.calls.append(("update", name_of(request.urn)))
        return provider_pb2.UpdateResponse(
            properties=struct(outputs(request.urn, plain(request.news)))
        )

    def Delete(self, request, context):
        self.fake.calls.append(("delete", name_of(request.urn)))
        return empty_pb2.Empty()

    def Invoke(self, request, context):
        answer = provider_pb2.InvokeResponse()
        getattr(answer, "return").CopyFrom(struct({"id": "x", "accountId": "000000000000"}))
        return answer

    def Cancel(self, request, context):
        self.fake.cancelled.add(context.peer())
        return empty_pb2.Empty()


def name_of(urn: str) -> str:
    return urn.rsplit("::", 1)[1]


def identity(urn: str) -> str:
    return hashlib.sha256(urn.encode()).hexdigest()[:10]


def outputs(urn: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """What the steps of the gateway read from a resource, made up from its name."""
    name, key = name_of(urn), identity(urn)
    made = {"arn": f"arn:aws:fake:::{name}", "name": f"{name}-{key[:4]}", "invokeArn": f"run:{key}"}
    api = {"executionArn": f"arn:execute:{key}", "rootResourceId": f"root-{key}", "path": "/model"}
    url = {"invokeUrl": f"http://127.0.0.1:9/{key}/v1"}
    return {**made, **api, **url, **inputs}


def serve(fake: Fake) -> grpc.Server:
    """Start the provider on a free loopback port, which `fake.port` then tells."""
    server = grpc.server(futures.ThreadPoolExecutor(32))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Servicer(fake), server)
    fake.port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server


if __name__ == "__main__":  # for a look by hand
    fake = Fake()
    running = serve(fake)
    print(json.dumps({"port": fake.port}), flush=True)
    running.wait_for_termination()
