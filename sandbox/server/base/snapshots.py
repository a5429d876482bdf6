"""Deployments: frozen copies of an API, one of which each stage serves.

The emulator serves what the control plane shows, at once. Here a deployment keeps a deep copy of
the API's records, and while a request is served the stores of the emulator answer from that copy
(`serving`), so that all of its helpers work on what was deployed.
"""

from __future__ import annotations

import contextvars
import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sandbox.server.base import emulator

Snapshot = dict[str, Any]

STATE_KEY = "kit_snapshots"
FROZEN = ("_rest_apis", "_resources", "_authorizers_v1", "_models", "_request_validators")

v1 = emulator.v1
_served: contextvars.ContextVar[tuple[str, Snapshot] | None] = contextvars.ContextVar(
    "kit_served", default=None
)
_snapshots = emulator.responses.AccountRegionScopedDict()  # "API/DEPLOYMENT" -> Snapshot
_unsaved = False


class Overlay(emulator.responses.AccountRegionScopedDict):  # type: ignore[misc]
    """A store of the emulator in which the API that is being served is its frozen copy."""

    __slots__ = ("name",)
    name: str

    def get(self, key: str, default: Any = None) -> Any:
        served = _served.get()
        if served is not None and served[0] == key:
            return served[1].get(self.name, default)
        return super().get(key, default)

    def get_scoped(self, account_id: str, region: str, key: str, default: Any = None) -> Any:
        served = _served.get()
        if served is not None and served[0] == key:
            return served[1].get(self.name, default)
        return super().get_scoped(account_id, region, key, default)


@contextmanager
def serving(api_id: str, snapshot: Snapshot) -> Iterator[None]:
    """Within this, the emulator's stores show the API as it was deployed."""
    token = _served.set((api_id, snapshot))
    try:
        yield
    finally:
        _served.reset(token)


@contextmanager
def live() -> Iterator[None]:
    """Within `serving`: what a function starts sees the control plane, not the frozen copy."""
    token = _served.set(None)
    try:
        yield
    finally:
        _served.reset(token)


def owner(api_id: str) -> tuple[str, str] | None:
    """The account and region of a REST API; None when there is no such API."""
    for account_id, region, key in list(v1._rest_apis._data):
        if key == api_id:
            return account_id, region
    return None


def of_deployment(account_id: str, region: str, api_id: str, deployment_id: str) -> Snapshot | None:
    """What a deployment froze."""
    found: Snapshot | None = _snapshots.get_scoped(account_id, region, f"{api_id}/{deployment_id}")
    return found


def freeze(api_id: str) -> Snapshot:
    """An API's records as they are now."""
    records = {name: getattr(v1, name).get(api_id) for name in FROZEN}
    return {name: copy.deepcopy(record) for name, record in records.items() if record is not None}


def keep(api_id: str, deployment_id: str, frozen: Snapshot) -> None:
    """Keep what a deployment froze."""
    _snapshots[f"{api_id}/{deployment_id}"] = frozen
    _changed()


def forget(api_id: str, deployment_id: str | None = None) -> None:
    """Forget what a deployment froze; without one, what all of an API's did."""
    for key in list(_snapshots):
        if key == f"{api_id}/{deployment_id}" or (
            deployment_id is None and key.startswith(f"{api_id}/")
        ):
            _snapshots.pop(key)
    _changed()


def _changed() -> None:
    global _unsaved
    _unsaved = True


# What the emulator asks of a module whose state it keeps


def unsaved() -> bool:
    """Whether a deployment came or went since the last save."""
    return _unsaved


def get_state() -> dict[str, Any]:
    global _unsaved
    _unsaved = False
    return {"snapshots": copy.deepcopy(_snapshots)}


def load_persisted_state(data: dict[str, Any]) -> None:
    _snapshots.update(data.get("snapshots", {}))


def reset() -> None:
    _snapshots.clear()


def install() -> None:
    """Put the overlay over the emulator's stores."""
    for name in FROZEN:
        overlay = Overlay()
        overlay._data, overlay.name = getattr(v1, name)._data, name
        setattr(v1, name, overlay)
