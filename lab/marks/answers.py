"""What a learner handed in, kept so that a grader can look at it again in another process."""

from __future__ import annotations

import importlib
import inspect
import json
import sys
import textwrap
import types
from typing import Any

FIELDS = ("status", "finish_reason", "who", "usage", "completion")  # of an answer of `ask`
DEEP = 4  # functions of a page that call one another


def kept(value: Any) -> dict[str, Any]:
    """A value in a form that survives JSON.

    Returns:
        `data` with the value itself; `code` with a function's source and the names that it uses;
        `answer` with what an answer of the model said; `other` with no more than its type.
    """
    if isinstance(value, types.FunctionType):
        return _code(value)
    if all(hasattr(value, name) for name in FIELDS[:4]) and not isinstance(value, type):
        shown = {name: getattr(value, name) for name in FIELDS if hasattr(value, name)}
        return {"form": "answer", "value": _plain(shown)} if _is_data(shown) else _other(value)
    return {"form": "data", "value": value} if _is_data(value) else _other(value)


def rebuilt(answer: dict[str, Any]) -> Any:
    """The value again. Code is run: only where that is meant.

    Raises:
        ValueError: nothing was kept of it but its type.
        Exception: whatever the code raises.
    """
    form = answer.get("form")
    if form == "data":
        return answer["value"]
    if form == "answer":
        return types.SimpleNamespace(**answer["value"])
    if form == "code":
        space: dict[str, Any] = {"__name__": "handed_in"}
        _enter(answer, space)
        return space[answer["name"]]
    raise ValueError("nothing was kept of this answer but its type")


def _is_data(value: Any) -> bool:
    """Whether JSON gives the same value back."""
    try:
        return bool(json.loads(json.dumps(value, allow_nan=False)) == value)
    except (TypeError, ValueError, RecursionError):
        return False


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value))


def _other(value: Any) -> dict[str, Any]:
    return {"form": "other", "type": type(value).__name__}


def _code(function: types.FunctionType, depth: int = 0) -> dict[str, Any]:
    """A function's source and what it takes from the page around it."""
    try:
        source = textwrap.dedent(inspect.getsource(function))
    except (OSError, TypeError):
        return _other(function)
    if not source.lstrip().startswith(("def ", "async def ", "@")):
        return _other(function)  # a lambda is a part of a line
    names = {}
    for name in _used(function.__code__):
        if name in function.__globals__ and (told := _name(function.__globals__[name], depth)):
            names[name] = told
    return {"form": "code", "name": function.__name__, "source": source, "names": names}


def _used(code: types.CodeType) -> set[str]:
    inner = (const for const in code.co_consts if isinstance(const, types.CodeType))
    return set(code.co_names).union(*map(_used, inner))


def _name(value: Any, depth: int) -> dict[str, Any] | None:
    """How a name of the page is made again: imported, as data, or as code of the page's own."""
    if isinstance(value, types.ModuleType):
        return {"form": "import", "module": value.__name__}
    home = getattr(value, "__module__", None) or ""
    module = sys.modules.get(home)
    named = str(getattr(value, "__name__", ""))
    if home != "__main__" and named and getattr(module, named, None) is value:
        return {"form": "import", "module": home, "attribute": named}
    if isinstance(value, types.FunctionType):
        return _code(value, depth + 1) if depth < DEEP else None
    return {"form": "data", "value": value} if _is_data(value) else None


def _enter(answer: dict[str, Any], space: dict[str, Any]) -> None:
    """Make what a function uses, then the function, in one space of names."""
    for name, told in answer.get("names", {}).items():
        if told["form"] == "import":
            module = importlib.import_module(told["module"])
            space[name] = getattr(module, told["attribute"]) if "attribute" in told else module
        elif told["form"] == "data":
            space[name] = told["value"]
        elif told["form"] == "code" and name not in space:
            _enter(told, space)
    exec(compile(answer["source"], "<handed in>", "exec"), space)  # noqa: S102 - as the page ran it
