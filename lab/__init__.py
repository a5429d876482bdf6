"""What notebooks import. Each name is loaded when it is first used: `import lab` is quick."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "start": "lab.opening",
    "plan": "lab.session",
    "up": "lab.session",
    "outputs": "lab.session",
    "destroy": "lab.session",
    "ask": "lab.prompts",
    "playground": "lab.prompts",
    "predict": "lab.exercises",
    "check": "lab.exercises",
    "hint": "lab.exercises",
    "solution": "lab.exercises",
    "show": "lab.showing",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"lab has no {name!r}; it has {', '.join(_HOMES)}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
