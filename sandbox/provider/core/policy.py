"""Policy documents: their normal form, and whether two say the same.

As the official provider has it, to the letter: libraries for policies judge and write them, none
compares two or keeps Go's form of JSON.
"""

from __future__ import annotations

import json
from typing import Any

# Go's encoder writes these so that JSON is safe inside HTML; the official provider is Go.
_HTML = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def go_json(value: Any, *, indent: int | None = None, sort: bool = False) -> str:
    """JSON text as Go's encoder writes it."""
    separators = (",", ": ") if indent else (",", ":")
    text = json.dumps(
        value, ensure_ascii=False, separators=separators, indent=indent, sort_keys=sort
    )
    return text.translate(_HTML)


def normal(document: Any, *, version_first: bool = False) -> str:
    """A document (text or parsed) with sorted keys and no spaces; what is not JSON stays."""
    if isinstance(document, str):
        if not document:
            return ""
        try:
            document = json.loads(document)
        except ValueError:
            return str(document)
    if version_first and isinstance(document, dict) and document.get("Version") == "2012-10-17":
        rest = json.loads(go_json({k: v for k, v in document.items() if k != "Version"}, sort=True))
        return go_json({"Version": document["Version"], **rest})
    return go_json(document, sort=True)


def equivalent(one: Any, other: Any) -> bool:
    """Whether two documents grant the same: order and single-item lists do not matter."""
    try:
        return bool(_canonical(_parsed(one)) == _canonical(_parsed(other)))
    except ValueError:
        return bool(one == other)


def current(document: Any, last: Any, *, version_first: bool = False) -> str:
    """AWS's document in normal form, or the last known text when AWS's says the same."""
    if last and equivalent(document, last):
        return normal(last, version_first=version_first)
    return normal(document, version_first=version_first)


def _parsed(document: Any) -> Any:
    return json.loads(document) if isinstance(document, str) else document


def _canonical(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _canonical(item) for key, item in value.items()}
    if isinstance(value, list):
        items = sorted(
            (_canonical(item) for item in value), key=lambda v: json.dumps(v, sort_keys=True)
        )
        return items[0] if len(items) == 1 else items
    return value
