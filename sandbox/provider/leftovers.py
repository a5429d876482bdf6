"""What creates left that no state knows of, taken back when a stack is destroyed.

The engine asks the provider to delete what is in the state. What was begun when an engine, a kernel
or the sandbox was killed is in the journal only: whoever destroys a stack asks for that here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.provider.core import engine_errors, facts, registry, states
from sandbox.provider.core.creations import Creations
from sandbox.provider.core.engine_calls import Contexts
from sandbox.provider.core.journal import Entry
from sandbox.provider.core.runs import Run
from sandbox.provider.core.wire import decode, encode, plain

TOKEN = "kit:journal:takeBack"  # of the call that the provider answers beside AWS's functions
PATIENCE = 120.0  # seconds that deleting may take
Ids = Mapping[str, Collection[str]]


@dataclass(frozen=True)
class TakenBack:
    """What became of the leftovers of a stack.

    Attributes:
        deleted: the URNs of what was there and is gone.
        left: why something could not be deleted, by URN.
    """

    deleted: tuple[str, ...] = ()
    left: Mapping[str, str] | None = None


# The side of who destroys a stack


def take_back(environment: Mapping[str, str], project: str, stack: str, known: Ids) -> TakenBack:
    """Have the sandbox's provider delete what it made for a stack and the state does not have.

    Args:
        environment: the engine's; without a provider of the sandbox in it, nothing is done.
        known: the ids of all resources of the state, by URN: these are the engine's to delete.

    Raises:
        grpc.RpcError: the provider does not answer.
    """
    import grpc
    from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

    port = environment.get("PULUMI_DEBUG_PROVIDERS", "").removeprefix("aws:")
    if not port.isdigit():
        return TakenBack()
    arguments = {"project": project, "stack": stack, "known": {u: [*i] for u, i in known.items()}}
    request = provider_pb2.InvokeRequest(tok=TOKEN, args=encode(arguments))
    # A proxy of the machine's is not for this.
    options = [("grpc.enable_http_proxy", 0)]
    with grpc.insecure_channel(f"127.0.0.1:{port}", options) as channel:
        stub = provider_pb2_grpc.ResourceProviderStub(channel)
        answer = plain(decode(getattr(stub.Invoke(request, timeout=PATIENCE), "return")))
    return TakenBack(tuple(answer.get("deleted") or ()), answer.get("left") or None)


# The provider's side


class Leftovers:
    """Deletes what the journal has of a stack."""

    def __init__(self, creations: Creations, contexts: Contexts) -> None:
        self._creations, self._contexts = creations, contexts

    def answer(self, arguments: dict[str, Any], run: Run, rpc: Any) -> dict[str, Any]:
        """What the call above is answered: `deleted` and `left`."""
        known: Ids = arguments.get("known") or {}
        entries = self._creations.journal.of(arguments["project"], arguments["stack"])
        found = self.deleted(entries, known, run, rpc)
        return {"deleted": [*found.deleted], "left": found.left}

    def deleted(
        self,
        entries: list[Entry],
        known: Ids,
        run: Run,
        rpc: Any,
        sure: Callable[[], bool] = lambda: True,
    ) -> TakenBack:
        """Delete what these creates left, the last one first; `sure` is asked before each."""
        deleted: list[str] = []
        left: dict[str, str] = {}
        # What was begun last may need what was begun before it; where not even that order is
        # right, another round is.
        while entries:
            before = len(entries)
            left = {}
            for entry in entries:
                try:
                    if self._deleted(entry, known.get(entry.urn, ()), run, rpc, sure):
                        deleted.append(entry.urn)
                except Exception as error:  # noqa: BLE001 - told to who asked
                    left[entry.urn] = engine_errors.sentence(error, "deleting", "")
            entries = [entry for entry in entries if entry.urn in left]
            if len(entries) == before:
                break
        return TakenBack(tuple(deleted), left)

    def _deleted(
        self, entry: Entry, known: Collection[str], run: Run, rpc: Any, sure: Callable[[], bool]
    ) -> bool:
        token = entry.urn.split("::")[2].rsplit("$", maxsplit=1)[-1]
        type, kind = facts.of(token), registry.kind(token)
        if type is None or kind is None:
            return False
        inputs = states.for_calls(type, entry.inputs)
        with self._contexts.of(run, rpc, "", entry.inputs, abort=False) as ctx:
            return self._creations.take_back(kind, entry.urn, inputs, known, ctx, sure)
