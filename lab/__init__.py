"""What notebooks import, one room a subject; each name is loaded when it is first used.

Nothing here makes a resource of the course (gateway/ does) or plays AWS (sandbox/ does).
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "start": "lab.opening.start",
    "plan": "lab.session.session",
    "up": "lab.session.session",
    "outputs": "lab.session.session",
    "destroy": "lab.session.session",
    "ask": "lab.prompt.ask",
    "playground": "lab.prompt.ask",
    "predict": "lab.exercise.exercises",
    "check": "lab.exercise.exercises",
    "hint": "lab.exercise.exercises",
    "solution": "lab.exercise.exercises",
    "show": "lab.showing.show",
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
