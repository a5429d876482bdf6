"""Numbers that the program's code has and no setting: read from its text, which is not run."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import Any

GATEWAY = Path(__file__).resolve().parents[2] / "gateway"


@cache
def _tree(file: str) -> ast.Module:
    return ast.parse((GATEWAY / file).read_text("utf-8"))


def constant(file: str, name: str) -> Any:
    """What a module of gateway/ gives a name, at its top level.

    Raises:
        KeyError: it gives none of this name, or no plain value.
    """
    for node in _tree(file).body:
        if isinstance(node, ast.Assign) and [getattr(t, "id", "") for t in node.targets] == [name]:
            return ast.literal_eval(node.value)
    raise KeyError(f"gateway/{file} gives nothing the name {name}")


def argument(file: str, name: str, inside: str = "") -> Any:
    """The plain value that the first call with this argument hands over.

    Args:
        inside: the function in which the call is; anywhere in the file without it.

    Raises:
        KeyError: no call has this argument.
    """
    tree = _tree(file)
    named = (node for node in ast.walk(tree) if getattr(node, "name", None) == inside)
    place = next(named, None) if inside else tree
    for node in ast.walk(place) if place else ():
        for keyword in node.keywords if isinstance(node, ast.Call) else ():
            if keyword.arg == name:
                return ast.literal_eval(keyword.value)
    raise KeyError(f"gateway/{file} calls nothing with {name}")


def entry(file: str, beside: str, name: str) -> Any:
    """What the first dict that has the key `beside` has as `name`.

    Raises:
        KeyError: no dict of plain values has both.
    """
    for node in ast.walk(_tree(file)):
        if isinstance(node, ast.Dict):
            keys = {
                key.value: at for at, key in enumerate(node.keys) if isinstance(key, ast.Constant)
            }
            if beside in keys and name in keys:
                return ast.literal_eval(node.values[keys[name]])
    raise KeyError(f"gateway/{file} has no {name} beside {beside}")
