"""The Query protocol: forms as trees, and trees as its XML, without a model of the service.

botocore writes such forms and reads such XML; a server needs both the other way round, which
neither botocore nor a library that is installed here has.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape


def form(body: bytes) -> dict[str, str]:
    """The fields of a form; of a field that is there twice, the last."""
    return {k: v[-1] for k, v in parse_qs(body.decode("utf-8", "replace"), True).items()}


def tree(params: Mapping[str, Any]) -> Any:
    """What a form says: texts, and lists and structures of them."""
    root: dict[str, Any] = {}
    for key, value in params.items():
        node, steps = root, key.split(".")
        for step in steps[:-1]:
            inner = node.get(step)
            if not isinstance(inner, dict):
                inner = node[step] = {}
            node = inner
        text = (value[0] if value else "") if isinstance(value, list) else value
        node.setdefault(steps[-1], text)
    return _listed(root)


def nested(params: Mapping[str, Any], prefix: str) -> Any:
    """What a form says under a name: texts, lists and structures of them; None for nothing."""
    found = tree(
        {
            f"found{key[len(prefix) :]}": value
            for key, value in params.items()
            if key == prefix or key.startswith(f"{prefix}.")
        }
    )
    return found.get("found")


def _listed(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    items = node.get("member") if set(node) == {"member"} else None
    if isinstance(items, dict) and all(number.isdecimal() for number in items):
        return [_listed(items[number]) for number in sorted(items, key=int)]
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
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return escape(str(value))


def inside(shown: str, value: Mapping[str, Any]) -> str:
    """XML of a member of a list, and what else belongs into it."""
    return shown.removesuffix("</member>") + xml(value) + "</member>"
