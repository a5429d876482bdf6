"""Arguments that the sandbox cannot carry out: refused before any call, never left aside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.provider.core.exceptions import ONLY_ON_AWS
from sandbox.provider.core.facts import Type
from sandbox.provider.core.kinds import Kind
from sandbox.provider.core.wire import plain


def refusals(kind: Kind, type: Type, name: str, inputs: dict[str, Any]) -> list[str]:
    """One sentence for each argument that is set although the kind lacks it.

    Args:
        name: the resource's name in the program.
        inputs: the complete arguments; a default or an empty value is no wish.
    """
    bare = plain(inputs)
    defaults = {
        n for n, f in type.inputs.items() if f.default is not None and bare.get(n) == f.default
    }
    return [
        f"{place} of {kind.token} is an argument that {ONLY_ON_AWS}. "
        f"Examine values at '{name}.{place}'."
        for path in kind.lacks
        if path not in defaults
        for place in _set_at(bare, path.split("."), "")
    ]


def _set_at(value: Any, path: list[str], above: str) -> Iterator[str]:
    """Where in a value something is set at a path, which goes through all items of lists."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _set_at(item, path, f"{above}[{index}]")
    elif not path:
        if value not in (None, False, "", 0, {}):
            yield above
    elif isinstance(value, dict) and path[0] in value:
        dot = "." if above else ""
        yield from _set_at(value[path[0]], path[1:], f"{above}{dot}{path[0]}")
