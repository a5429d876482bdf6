"""`#if` and `#set` of a response's template: what an answer says can depend on who asks.

A template is Apache Velocity's language. Here are conditions, variables and the override of an
answer's status and headers (`$context.responseOverride`); what is left is filled in elsewhere. A
condition compares texts with `==` and `!=`, and joins comparisons with `&&`, `||`, `!` and brackets.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sandbox.server.base.errors import CONFIGURATION, internal
from sandbox.server.base.exchange import Headers, Request
from sandbox.server.base.variables import context_variables

_DIRECTIVE = re.compile(r"#(set|if|elseif)\s*\(|#\{?(else|end)\}?")
_WORD = re.compile(
    r"""\s*(?:(?P<text>"[^"]*"|'[^']*')|(?P<name>\$!?\{?[A-Za-z][\w.-]*\}?)"""
    r"""|(?P<sign>==|!=|&&|\|\||[!()=])|(?P<other>true|false|\d+))"""
)
_CALL = re.compile(r"""\(\s*(?:"([^"]*)"|'([^']*)')?\s*\)""")
_STEPS = re.compile(r"(?:\.[\w-]+)+")
_OVERRIDE = "context.responseOverride."


@dataclass
class Told:
    """What a template has set: variables by name, and what it overrides in the answer."""

    request: Request
    variables: dict[str, Any] = field(default_factory=dict)
    overrides: dict[str, str] = field(default_factory=dict)

    def headers(self, headers: Headers) -> Headers:
        """The answer's headers, those that are overridden in place of their own."""
        mine = {
            name.removeprefix("header."): value
            for name, value in self.overrides.items()
            if name.startswith("header.")
        }
        gone = {name.lower() for name in mine}
        return [*(h for h in headers if h[0].lower() not in gone), *mine.items()]

    def status(self, status: int) -> int:
        """The answer's status, or the one that is set in its place."""
        return int(self.overrides.get("status", status))


def run(template: str, request: Request) -> tuple[str, Told]:
    """A template without its directives, and what these have set.

    Raises:
        GatewayError: they are not what this reads.
    """
    told = Told(request)
    if not _DIRECTIVE.search(template):
        return template, told
    text, rest = _block(template, told, True)
    if rest:
        raise _unread(rest)
    return text, told


def _block(text: str, told: Told, acts: bool) -> tuple[str, str]:
    """The text up to the directive that ends this block, and what begins with that directive."""
    done = []
    while found := _DIRECTIVE.search(text):
        done.append(text[: found.start()])
        if found[1] in ("elseif", None):
            return _kept(done, acts), text[found.start() :]
        inside, text = _brackets(text[found.end() :])
        if found[1] == "set":
            _set(inside, told, acts)
        else:
            chosen, text = _choice(inside, text, told, acts)
            done.append(chosen)
        text = text.removeprefix("\n")
    return _kept([*done, text], acts), ""


def _kept(pieces: list[str], acts: bool) -> str:
    return "".join(pieces) if acts else ""


def _choice(condition: str, text: str, told: Told, acts: bool) -> tuple[str, str]:
    """What an `#if` leaves, and what follows its `#end`."""
    open_still, done = acts, ""
    while True:
        yes = open_still and _truth(_value(iter([*_words(condition), ""]), told))
        block, text = _block(text.removeprefix("\n"), told, yes)
        done, open_still = done + block, open_still and not yes
        found = _DIRECTIVE.match(text)
        if found is None:
            raise _unread("#if without #end")
        if found[2] == "end":
            return done, text[found.end() :]
        condition, text = ("true", text[found.end() :])
        if found[1]:
            condition, text = _brackets(text)


def _brackets(text: str) -> tuple[str, str]:
    """What is before the closing bracket, and what is after it."""
    depth, quote = 1, ""
    for place, letter in enumerate(text):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        elif letter in "()":
            depth += 1 if letter == "(" else -1
            if not depth:
                return text[:place], text[place + 1 :]
    raise _unread(text)


def _set(inside: str, told: Told, acts: bool) -> None:
    name, sign, expression = inside.partition("=")
    name = name.strip().removeprefix("$")
    if not sign or not name:
        raise _unread(inside)
    value = _value(iter([*_words(expression), ""]), told) if acts else None
    if value is None:  # Velocity leaves a variable as it was
        return
    if name.startswith(_OVERRIDE):
        told.overrides[name.removeprefix(_OVERRIDE)] = str(value)
    else:
        told.variables[name] = value


def _words(expression: str) -> Iterator[str]:
    """An expression's words; a reference comes with its calls."""
    at = 0
    while expression[at:].strip():
        found = _WORD.match(expression, at)
        if not found:
            raise _unread(expression)
        word, at = found[0].strip(), found.end()
        if found["name"]:
            while (call := _CALL.match(expression, at)) is not None:
                word, at = word + call[0], call.end()
                if more := _STEPS.match(expression, at):
                    word, at = word + more[0], more.end()
        yield word


def _value(words: Iterator[str], told: Told) -> Any:
    """An expression's value: `or` of `and` of comparisons."""
    todo = [word for word in words if word]
    value = _any(todo, told)
    if todo:
        raise _unread(" ".join(todo))
    return value


def _any(todo: list[str], told: Told) -> Any:
    value = _all(todo, told)
    while todo[:1] == ["||"]:
        del todo[0]
        other = _all(todo, told)
        value = _truth(value) or _truth(other)
    return value


def _all(todo: list[str], told: Told) -> Any:
    value = _compared(todo, told)
    while todo[:1] == ["&&"]:
        del todo[0]
        other = _compared(todo, told)
        value = _truth(value) and _truth(other)
    return value


def _compared(todo: list[str], told: Told) -> Any:
    value = _single(todo, told)
    if todo[:1] in (["=="], ["!="]):
        same = todo.pop(0) == "=="
        value = (value == _single(todo, told)) is same
    return value


def _single(todo: list[str], told: Told) -> Any:
    word = todo.pop(0) if todo else ""
    if word == "!":
        return not _truth(_single(todo, told))
    if word == "(":
        value = _any(todo, told)
        if todo[:1] != [")"]:
            raise _unread(word)
        del todo[0]
        return value
    if word[:1] in "\"'" and word:
        return word[1:-1]
    if word[:1] == "$":
        return _reference(word, told)
    if word not in ("true", "false") and not word.isdecimal():
        raise _unread(word)
    return json.loads(word)


def _truth(value: Any) -> bool:
    return value is not None and value is not False


def _reference(word: str, told: Told) -> Any:
    """What `$name`, `$context.name` and `$input.params()` stand for; None for what is not there."""
    name = word.lstrip("$!").strip("{}")
    if name.startswith("context."):
        return context_variables(told.request).get(name.removeprefix("context."))
    if not name.startswith("input.params"):
        return told.variables.get(name)
    request = told.request
    places: dict[str, dict[str, Any]] = {
        "path": request.path_parameters,
        "querystring": {key: values[-1] for key, values in request.query.items()},
        "header": dict(request.sent_headers),
    }
    if found := re.fullmatch(r"""input\.params\(\)\.(\w+)\.get\(["'](.*)["']\)""", name):
        return places.get(found[1], {}).get(found[2])
    if found := re.fullmatch(r"""input\.params\(["'](.*)["']\)""", name):
        return next((each[found[1]] for each in places.values() if found[1] in each), "")
    raise _unread(word)


def _unread(text: str) -> Exception:
    return internal(f"{CONFIGURATION}Unable to transform response: {text.strip()[:60]}")
