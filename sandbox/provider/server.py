"""The resource provider `aws` as Pulumi's engine calls it.

Each method reads a message, lets check, diff, states and the type's own calls do the work, and
writes the answer. Blocking calls are fine: every call of the engine has a thread of its own.
"""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from sandbox.home import home
from sandbox.provider import errors, facts, kinds, runs, states
from sandbox.provider.check import DEFAULTS, Naming, check
from sandbox.provider.creations import Creations
from sandbox.provider.diff import Change, diff, recomputed
from sandbox.provider.facts import Type
from sandbox.provider.journal import Journal
from sandbox.provider.kinds import Clients, Context, Incomplete, Kind
from sandbox.provider.runs import Run, Runs
from sandbox.provider.wire import UNKNOWN, Secret, decode, encode, has_secret, plain

VERSION = "7.51.1"  # of the official provider whose schema and behaviour this one follows

Values = dict[str, Any]
Rpc = grpc.ServicerContext
_AT_REGION = re.compile(r"^(?P<id>.+)@(?P<region>[a-z]{2}(?:-[a-z]+)+-\d)$")
_KINDS = {
    ("add", "update"): provider_pb2.PropertyDiff.ADD,
    ("add", "replace"): provider_pb2.PropertyDiff.ADD_REPLACE,
    ("remove", "update"): provider_pb2.PropertyDiff.DELETE,
    ("remove", "replace"): provider_pb2.PropertyDiff.DELETE_REPLACE,
    ("change", "update"): provider_pb2.PropertyDiff.UPDATE,
    ("change", "replace"): provider_pb2.PropertyDiff.UPDATE_REPLACE,
}


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """Serves any number of runs of the engine at once."""

    def __init__(self, folder: Path | None = None) -> None:
        self.journal = Journal((folder or home()) / "journal")
        self.creations = Creations(self.journal)
        self.runs = Runs()
        self.clients = Clients()
        self._account: str | None = None
        self._account_lock = threading.Lock()

    # The provider itself

    def Handshake(self, request: Any, context: Rpc) -> Any:
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
        # Another region means other resources: the official provider replaces then, too.
        old, new = plain(decode(request.olds)), plain(decode(request.news))
        moved = old.get("region") != new.get("region") and "region" in old and "region" in new
        changed = {k for k in {*old, *new} - {"version"} if old.get(k) != new.get(k)}
        return provider_pb2.DiffResponse(
            changes=_some(bool(changed)),
            diffs=sorted(changed),
            replaces=["region"] if moved else [],
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

    # Resources

    def Check(self, request: Any, context: Rpc) -> Any:
        token, name = _token(request.urn), _name(request.urn)
        found = facts.of(token)
        if kinds.kind(token) is None or found is None:
            failure = provider_pb2.CheckFailure(reason=errors.unknown_type(token))
            return provider_pb2.CheckResponse(inputs=request.news, failures=[failure])
        run = self.runs.of(context.peer())
        naming = self._naming(request, found)
        news, olds = decode(request.news), decode(request.olds)
        inputs, problems = check(found, name, news, olds, run.settings, naming)
        return provider_pb2.CheckResponse(
            inputs=encode(inputs),
            failures=[provider_pb2.CheckFailure(reason=problem) for problem in problems],
        )

    def _naming(self, request: Any, type: Type) -> Naming:
        auto = request.autonaming if request.HasField("autonaming") else None
        modes = provider_pb2.CheckRequest.AutonamingOptions.Mode
        entry = self.journal.find(request.urn)
        earlier = None
        if entry and type.name_of in entry.inputs.get(DEFAULTS, ()):
            earlier = entry.inputs.get(type.name_of)
        return Naming(
            seed=request.randomSeed or request.urn.encode(),
            proposed=auto.proposed_name or None if auto else None,
            forced=bool(auto and auto.mode == modes.ENFORCE),
            disabled=bool(auto and auto.mode == modes.DISABLE),
            earlier=earlier,
        )

    def Diff(self, request: Any, context: Rpc) -> Any:
        type, kind = _known(request.urn, context)
        self.journal.forget(request.urn, request.id)
        difference = diff(
            type, decode(request.old_inputs), decode(request.news), tuple(request.ignoreChanges)
        )
        changes = difference.changes
        if kind.update is None:
            changes = [Change(c.path, c.kind, "replace") for c in changes]
        replaces = sorted({p for c in changes if c.action == "replace" for p in [_top(c.path)]})
        detail = {
            c.path: provider_pb2.PropertyDiff(kind=_KINDS[c.kind, c.action], inputDiff=True)
            for c in changes
        }
        return provider_pb2.DiffResponse(
            changes=_some(bool(changes)),
            diffs=difference.properties,
            replaces=replaces,
            deleteBeforeReplace=bool(replaces) and difference.delete_first,
            detailedDiff=detail,
            hasDetailedDiff=True,
        )

    def Create(self, request: Any, context: Rpc) -> Any:
        type, kind = _known(request.urn, context)
        raw = decode(request.properties)
        if request.preview:
            return provider_pb2.CreateResponse(
                id="", properties=encode(_secret(type, states.previewed(type, kind, raw)))
            )
        run = self.runs.of(context.peer())
        inputs = states.for_calls(type, raw)
        with self._call(run, context, f"creating {_what(type, inputs)}", raw) as ctx:
            try:
                created = self.creations.create(kind, type, request.urn, inputs, raw, ctx)
            except Incomplete as error:
                found = states.outputs(type, raw, error.created.outputs, raw.get("tags"), raw)
                errors.incomplete(context, error, found, raw)
        found = states.outputs(type, raw, created.outputs, raw.get("tags"), raw)
        run.answered.add(request.urn)
        return provider_pb2.CreateResponse(id=created.id, properties=encode(found))

    def Read(self, request: Any, context: Rpc) -> Any:
        type, kind = _known(request.urn, context)
        self.journal.forget(request.urn, request.id)
        before, inputs = decode(request.properties), decode(request.inputs)
        run = self.runs.of(context.peer())
        imported = not inputs
        id, region = request.id, before.get("region")
        if imported and (match := _AT_REGION.match(id)):
            id, region = match["id"], match["region"]
        with self._call(
            run, context, f"reading {type.terraform} ({id})", {"region": region}
        ) as ctx:
            last = states.for_calls(type, before)
            if imported:
                id, start = kind.imported(id)
                last = {**start, **last}
            returned = kind.read(ctx, id, last)
            region = ctx.region
        if returned is None:
            return provider_pb2.ReadResponse(id="")
        if "region" in type.inputs:
            returned = {**returned, "region": region}
        base = {**(start if imported else {}), **before}
        if imported:
            base.setdefault("tagsAll", dict(run.settings.default_tags))
        now = states.outputs(
            type, base, returned, before.get("tags", inputs.get("tags")), {**before, **inputs}
        )
        kept = (
            states.imported_inputs(type, now)
            if imported
            else states.read_inputs(type, inputs, before, now)
        )
        return provider_pb2.ReadResponse(id=id, properties=encode(now), inputs=encode(kept))

    def Update(self, request: Any, context: Rpc) -> Any:
        type, kind = _known(request.urn, context)
        self.journal.forget(request.urn, request.id)
        raw, olds = decode(request.news), decode(request.olds)
        base = states.updated(type, olds, raw)
        if request.preview or kind.update is None:
            found = self._previewed(type, request, raw, base)
            return provider_pb2.UpdateResponse(properties=encode(_secret(type, found)))
        run = self.runs.of(context.peer())
        inputs, old = states.for_calls(type, raw), states.for_calls(type, olds)
        with self._call(run, context, f"updating {type.terraform} ({request.id})", raw) as ctx:
            try:
                returned = kind.update(ctx, request.id, old, inputs)
            except Incomplete as error:
                found = states.outputs(type, base, error.created.outputs, raw.get("tags"), raw)
                errors.incomplete(context, error, found, raw)
        found = states.outputs(type, base, returned, raw.get("tags"), {**_secrets(olds), **raw})
        return provider_pb2.UpdateResponse(properties=encode(found))

    def _previewed(self, type: Type, request: Any, raw: Values, base: Values) -> Values:
        difference = diff(type, decode(request.old_inputs), raw, tuple(request.ignoreChanges))
        unknown = recomputed(type, difference, plain(raw))
        return {**base, **{name: UNKNOWN for name in unknown if name in base}}

    def Delete(self, request: Any, context: Rpc) -> Any:
        type, kind = _known(request.urn, context)
        values = decode(request.properties)
        run = self.runs.of(context.peer())
        with self._call(run, context, f"deleting {type.terraform} ({request.id})", values) as ctx:
            kind.delete(ctx, request.id, states.for_calls(type, values))
        self.journal.forget(request.urn, request.id)
        return empty_pb2.Empty()

    # Functions

    def Invoke(self, request: Any, context: Rpc) -> Any:
        call = kinds.function(request.tok)
        if call is None:
            errors.abort(context, errors.unknown_function(request.tok))
        arguments = decode(request.args)
        run = self.runs.of(context.peer())
        with self._call(run, context, f"calling {request.tok}", arguments) as ctx:
            result = call(ctx, plain(arguments))
        if has_secret(arguments):
            result = {name: Secret(value) for name, value in result.items() if value is not None}
        answer = provider_pb2.InvokeResponse()
        getattr(answer, "return").CopyFrom(encode(result))
        return answer

    # What calls need

    @contextmanager
    def _call(self, run: Run, rpc: Rpc, doing: str, values: Values) -> Iterator[Context]:
        """The context of one call; an error in it, or the end of the engine, ends the call."""
        endpoint = os.environ.get("AWS_ENDPOINT_URL", "").rstrip("/")
        region = plain(values.get("region")) or run.settings.region
        with run.stop() as stop:
            rpc.add_callback(stop.set)  # the engine died, or has its answer
            try:
                ctx = Context(
                    region=region,
                    account=self._account_number(region, endpoint),
                    endpoint=endpoint,
                    clients=self.clients,
                    cancelled=stop,
                )
                yield ctx
            except Exception as error:
                if type(error) is Exception:
                    raise  # grpc's own: the call was ended on purpose
                errors.fail(rpc, error, doing, endpoint)

    def _account_number(self, region: str, endpoint: str) -> str:
        """The account that the credentials belong to, asked for once."""
        with self._account_lock:
            if self._account is None:
                client = self.clients.get("sts", region, endpoint)
                self._account = str(client.get_caller_identity()["Account"])
            return self._account


def _known(urn: str, context: Rpc) -> tuple[Type, Kind]:
    """The facts and the calls of a type; ends the call when there are none."""
    token = _token(urn)
    type, kind = facts.of(token), kinds.kind(token)
    if type is None or kind is None:
        errors.abort(context, errors.unknown_type(token))
    return type, kind


def _token(urn: str) -> str:
    """The type of a URN: what follows the last parent type."""
    return urn.split("::")[2].split("$")[-1]


def _name(urn: str) -> str:
    return urn.split("::", 3)[3]


def _what(type: Type, inputs: Values) -> str:
    name = inputs.get(type.name_of or "")
    return f"{type.terraform} ({name})" if name else type.terraform


def _top(path: str) -> str:
    return path.replace("[", ".").split(".", 1)[0]


def _some(changed: bool) -> Any:
    response = provider_pb2.DiffResponse
    return response.DIFF_SOME if changed else response.DIFF_NONE


def _secret(type: Type, outputs: Values) -> Values:
    """Outputs of a preview with what is sensitive marked."""
    return {
        name: Secret(value) if name in type.sensitive and not isinstance(value, Secret) else value
        for name, value in outputs.items()
    }


def _secrets(values: Values) -> Values:
    """Only the values that hold secrets."""
    return {name: value for name, value in values.items() if has_secret(value)}
