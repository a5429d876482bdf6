"""The widgets of chapters 07 to 10, for notebooks: `from lab.widgets import burst, logs`.

Each name is loaded when it is first used, as in `lab` itself.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "policy_tester": "lab.policy.policy_tester",
    "burst": "lab.bursts.burst",
    "logs": "lab.logs.logs",
    "chat": "lab.chat.chat",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"lab.widgets has no {name!r}; it has {', '.join(_HOMES)}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
