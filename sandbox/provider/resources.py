"""The methods of the provider that are about resources: from Check to Delete.

Each reads a message, lets check, diff, states and the type's own calls do the work, and writes
the answer. Blocking calls are fine: every call of the engine has a thread of its own.
"""

from __future__ import annotations

import re
from typing import Any

from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from sandbox.provider.check import lacking
from sandbox.provider.check.arguments import Naming, check
from sandbox.provider.core import archives, engine_errors, facts, registry, states
from sandbox.provider.core.creations import Creations
from sandbox.provider.core.diff import Change, diff, recomputed, top
from sandbox.provider.core.engine_calls import Contexts
from sandbox.provider.core.facts import Type
from sandbox.provider.core.journal import Journal
from sandbox.provider.core.kinds import Incomplete, Kind
from sandbox.provider.core.runs import Runs
from sandbox.provider.core.wire import DEFAULTS, UNKNOWN, Secret, decode, encode, has_secret, plain

Values = dict[str, Any]
Rpc = Any  # a grpc.ServicerContext; grpc has no types
_AT_REGION = re.compile(r"^(?P<id>.+)@(?P<region>[a-z]{2}(?:-[a-z]+)+-\d)$")
_KINDS = {
    ("add", "update"): provider_pb2.PropertyDiff.ADD,
    ("add", "replace"): provider_pb2.PropertyDiff.ADD_REPLACE,
    ("remove", "update"): provider_pb2.PropertyDiff.DELETE,
    ("remove", "replace"): provider_pb2.PropertyDiff.DELETE_REPLACE,
    ("change", "update"): provider_pb2.PropertyDiff.UPDATE,
    ("change", "replace"): provider_pb2.PropertyDiff.UPDATE_REPLACE,
}


class Resources(provider_pb2_grpc.ResourceProviderServicer):
    """Resources of any number of runs of the engine at once."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.creations = Creations(journal)
        self.runs = Runs()
        self.contexts = Contexts()

    def Check(self, request: Any, context: Rpc) -> Any:
        token, name = _token(request.urn), _name(request.urn)
        found, kind = facts.of(token), registry.kind(token)
        if kind is None or found is None:
            failure = provider_pb2.CheckFailure(reason=engine_errors.unknown_type(token))
            return provider_pb2.CheckResponse(inputs=request.news, failures=[failure])
        run = self.runs.of(context.peer())
        naming = self._naming(request, found)
        news, olds = decode(request.news), decode(request.olds)
        inputs, problems = check(found, name, news, olds, run.settings, naming)
        problems += lacking.refusals(kind, found, name, inputs)
        return provider_pb2.CheckResponse(
            inputs=encode(inputs),
            failures=[provider_pb2.CheckFailure(reason=problem) for problem in problems],
        )

    def _naming(self, request: Any, type: Type) -> Naming:
        auto = request.autonaming if request.HasField("autonaming") else None
        modes = provider_pb2.CheckRequest.AutonamingOptions.Mode
        entry = self.journal.find(request.urn)
        earlier = None
        if entry and type.name_of and type.name_of in entry.inputs.get(DEFAULTS, ()):
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
        replaces = sorted({top(c.path) for c in changes if c.action == "replace"})
        detail = {
            c.path: provider_pb2.PropertyDiff(kind=_KINDS[c.kind, c.action], inputDiff=True)
            for c in changes
        }
        return provider_pb2.DiffResponse(
            changes=_some(bool(changes)),
            diffs=difference.properties,
            replaces=replaces,
            # Without a change too: when the create of a replacement has failed and the program is
            # what it was, the engine makes the resource again, and would then delete "the old one".
            deleteBeforeReplace=difference.delete_first,
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
        inputs = archives.located(states.for_calls(type, raw), run.program_folder)
        doing = f"creating {_what(type, inputs)}"
        with self.contexts.of(run, context, doing, raw, request.timeout) as ctx:
            try:
                created = self.creations.create(kind, type, request.urn, inputs, raw, ctx)
            except Incomplete as error:
                found = states.outputs(type, raw, error.created.outputs, raw.get("tags"), raw)
                engine_errors.incomplete(context, error, found, raw)
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
        doing = f"reading {type.terraform} ({id})"
        with self.contexts.of(run, context, doing, {"region": region}) as ctx:
            last = states.for_calls(type, before)
            if imported:
                id, start = kind.imported(id)
                last = {**start, **last}
            returned = kind.read(ctx, id, last)
            if imported and returned is not None and kind.identified:
                id = kind.identified(ctx, returned)
            region = ctx.region
        if returned is None:
            return provider_pb2.ReadResponse(id="")
        if "region" in type.inputs:
            returned = {**returned, "region": region}
        base = {**(start if imported else {}), **before}
        if imported:
            base.setdefault("tagsAll", plain(run.settings.default_tags))
        now = states.outputs(
            type, base, returned, before.get("tags", inputs.get("tags")), {**before, **inputs}
        )
        if imported:
            kept = states.imported_inputs(type, now)
        else:
            kept = states.read_inputs(type, inputs, before, now)
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
        old = states.for_calls(type, olds)
        inputs = archives.located(states.for_calls(type, raw), run.program_folder)
        doing = f"updating {type.terraform} ({request.id})"
        with self.contexts.of(run, context, doing, raw, request.timeout) as ctx:
            try:
                returned = kind.update(ctx, request.id, old, inputs)
            except Incomplete as error:
                found = states.outputs(type, base, error.created.outputs, raw.get("tags"), raw)
                engine_errors.incomplete(context, error, found, raw)
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
        doing = f"deleting {type.terraform} ({request.id})"
        with self.contexts.of(run, context, doing, values, request.timeout) as ctx:
            kind.delete(ctx, request.id, states.for_calls(type, values))
        self.journal.forget(request.urn, request.id)
        return empty_pb2.Empty()


def _known(urn: str, context: Rpc) -> tuple[Type, Kind]:
    """The facts and the calls of a type; ends the call when there are none."""
    token = _token(urn)
    type, kind = facts.of(token), registry.kind(token)
    if type is None or kind is None:
        engine_errors.abort(context, engine_errors.unknown_type(token))
    return type, kind


def _token(urn: str) -> str:
    """The type of a URN: what follows the last parent type."""
    return urn.split("::")[2].rsplit("$", maxsplit=1)[-1]


def _name(urn: str) -> str:
    return urn.split("::", 3)[3]


def _what(type: Type, inputs: Values) -> str:
    name = inputs.get(type.name_of or "")
    return f"{type.terraform} ({name})" if name else type.terraform


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
