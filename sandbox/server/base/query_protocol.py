"""Parts of a request in the Query protocol as trees, and trees as XML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape


def nested(params: Mapping[str, Any], prefix: str) -> Any:
    """What a request says under a name: texts, lists and structures of them; None for nothing."""
    tree: dict[str, Any] = {}
    for key, value in params.items():
        if key != prefix and not key.startswith(f"{prefix}."):
            continue
        node, steps = tree, ["", *key[len(prefix) :].split(".")[1:]]
        for step in steps[:-1]:
            node = node.setdefault(step, {})
        node[steps[-1]] = (value[0] if value else "") if isinstance(value, list) else value
    return _listed(tree.get(""))


def _listed(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    if set(node) == {"member"} and isinstance(node["member"], dict):
        return [_listed(node["member"][number]) for number in sorted(node["member"], key=int)]
    return {name: _listed(each) for name, each in node.items()}


def xml(value: Any) -> str:
    """A tree as the Query protocol writes it; None is left out."""
    if isinstance(value, Mapping):
        shown = ((name, xml(each)) for name, each in value.items() if each is not None)
        return "".join(f"<{name}>{inner}</{name}>" for name, inner in shown)
    if isinstance(value, (list, tuple)):
        return "".join(f"<member>{xml(each)}</member>" for each in value)
    if isinstance(value, bool):
        return str(value).lower()
    return escape(str(value))


def inside(shown: str, value: Mapping[str, Any]) -> str:
    """XML of a member of a list, and what else belongs into it."""
    return shown.removesuffix("</member>") + xml(value) + "</member>"
