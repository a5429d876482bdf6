"""Filter patterns of CloudWatch Logs: terms, and comparisons of JSON fields."""

from __future__ import annotations

import fnmatch
import json
import operator
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

Matcher = Callable[[str], bool]
Condition = Callable[[Any], bool]

_TERM = re.compile(r'[-?]?"(?:[^"\\]|\\.)*"|\S+')
_TOKEN = re.compile(
    r"""\s*(?:(?P<bracket>[()])|(?P<logic>&&|\|\|)|(?P<field>\$(?:\.[\w-]+|\[[^]]+\])*)
    |(?P<test>IS\s+(?:NULL|TRUE|FALSE)|NOT\s+EXISTS)|(?P<compare>>=|<=|!=|=|>|<)
    |(?P<text>"(?:[^"\\]|\\.)*")|(?P<word>[^\s()&|=!<>]+))""",
    re.VERBOSE | re.IGNORECASE,
)
_STEP = re.compile(r"\.([\w-]+)|\[(\d+)\]|\[[\"']([^\"']+)[\"']\]")
_ABSENT = object()
_ORDER = {">": operator.gt, "<": operator.lt, ">=": operator.ge, "<=": operator.le}


class BadPattern(ValueError):
    """A pattern that cannot be read."""


@lru_cache(maxsize=256)
def compiled(pattern: str) -> Matcher:
    """A test of a line: whether the pattern matches it; BadPattern if it cannot be read."""
    text = (pattern or "").strip()
    if not text:
        return lambda line: True
    if not text.startswith("{"):
        return _terms(text)
    if not text.endswith("}"):
        raise BadPattern(text)
    condition = _Reader(text[1:-1]).whole()

    def matches(line: str) -> bool:
        document = document_of(line)
        return document is not None and condition(document)

    return matches


def document_of(line: str) -> dict[str, Any] | None:
    """The JSON object that a line is; None when it is none."""
    if not line.lstrip().startswith("{"):
        return None
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def field(document: Any, selector: str) -> Any:
    """What `$.a.b[0]` names in a document; None when there is no such place."""
    found = _at(document, selector)
    return None if found is _ABSENT else found


def _terms(text: str) -> Matcher:
    needed: list[str] = []
    barred: list[str] = []
    optional: list[str] = []
    for term in _TERM.findall(text):
        kind, word = (term[0], term[1:]) if term[0] in "-?" and len(term) > 1 else ("", term)
        word = json.loads(word) if word.startswith('"') else word
        {"-": barred, "?": optional}.get(kind, needed).append(word)

    def matches(line: str) -> bool:
        if any(word in line for word in barred) or not all(word in line for word in needed):
            return False
        return not optional or bool(needed) or any(word in line for word in optional)

    return matches


def _at(document: Any, selector: str) -> Any:
    found = document
    for name, index, quoted in _STEP.findall(selector):
        try:
            found = found[int(index)] if index else found[name or quoted]
        except (KeyError, IndexError, TypeError):
            return _ABSENT
    return found


class _Reader:
    """Reads `$.a = 1 && ($.b > 2 || $.c NOT EXISTS)`."""

    def __init__(self, text: str) -> None:
        self._tokens: list[tuple[str, str]] = []
        position = 0
        while text[position:].strip():
            found = _TOKEN.match(text, position)
            if not found or not found.lastgroup:
                raise BadPattern(text)
            self._tokens.append((found.lastgroup, found[found.lastgroup]))
            position = found.end()
        self._tokens.append(("end", ""))

    def whole(self) -> Condition:
        condition = self._either()
        self._take("end")
        return condition

    def _take(self, kind: str, text: str = "") -> str:
        found, value = self._tokens[0]
        if found != kind or (text and value != text):
            raise BadPattern(value)
        self._tokens.pop(0)
        return value

    def _either(self) -> Condition:
        parts = [self._both()]
        while self._tokens[0] == ("logic", "||"):
            self._tokens.pop(0)
            parts.append(self._both())
        return lambda document: any(part(document) for part in parts)

    def _both(self) -> Condition:
        parts = [self._one()]
        while self._tokens[0] == ("logic", "&&"):
            self._tokens.pop(0)
            parts.append(self._one())
        return lambda document: all(part(document) for part in parts)

    def _one(self) -> Condition:
        if self._tokens[0] == ("bracket", "("):
            self._tokens.pop(0)
            inner = self._either()
            self._take("bracket", ")")
            return inner
        selector = self._take("field")
        if self._tokens[0][0] == "test":
            return _tested(selector, " ".join(self._take("test").upper().split()))
        comparison = self._take("compare")
        kind, value = self._tokens.pop(0)
        if kind not in ("text", "word"):
            raise BadPattern(value)
        wanted = json.loads(value) if kind == "text" else value
        return lambda document: _compare(_at(document, selector), comparison, wanted)


def _tested(selector: str, test: str) -> Condition:
    wanted = {"NOT EXISTS": _ABSENT, "IS NULL": None, "IS TRUE": True, "IS FALSE": False}[test]
    return lambda document: _at(document, selector) is wanted


def _compare(found: Any, comparison: str, wanted: str) -> bool:
    if found is _ABSENT or isinstance(found, (dict, list)):
        return False
    if comparison in ("=", "!="):
        return _equal(found, wanted) == (comparison == "=")
    try:
        return bool(_ORDER[comparison](float(found), float(wanted)))
    except (TypeError, ValueError):
        return False


def _equal(found: Any, wanted: str) -> bool:
    if isinstance(found, (int, float)) and not isinstance(found, bool):
        try:
            return float(found) == float(wanted)
        except ValueError:
            return False
    text = json.dumps(found) if isinstance(found, bool) or found is None else str(found)
    return fnmatch.fnmatchcase(text, wanted.replace("[", "[[]"))
