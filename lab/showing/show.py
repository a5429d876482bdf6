"""`show`: an answer of boto3, of an HTTP call, or any value, so that it can be read."""

from __future__ import annotations

from typing import Any

import requests

from lab.draw import panels
from lab.draw.html import Markup, clean
from lab.draw.panels import excerpt
from lab.draw.view import View
from lab.showing.readable import plain, shown

LINES = 60


class Shown(View):
    """A value in readable form."""

    def __init__(self, title: str, value: Any, lines: int) -> None:
        self._title, self._value, self._lines = title, value, lines

    def state(self) -> dict[str, Any]:
        """The title, and the value as plain data with secrets covered."""
        return {"title": self._title, "value": plain(self._value)}

    def text(self) -> str:
        """The title and the value as indented JSON."""
        return clean("\n".join(part for part in (self._title, self._body()) if part))

    def html(self) -> Markup:
        """The same in a panel."""
        body = excerpt(self._body(), 32_000)
        heading = panels.title(self._title) if self._title else None
        return panels.panel(heading, panels.code(body), label=self._title or "Value")

    def _body(self) -> str:
        if isinstance(self._value, str):
            return excerpt(self._value, 16_000)
        return shown(self._value, self._lines)


def show(value: Any, *, title: str = "", lines: int = LINES) -> Shown:
    """Show a value: a dict as indented JSON, a `requests` answer with status, headers and body.

    >>> show(boto3.client("iam").get_role(RoleName="…"))

    Args:
        title: what it is; default the request line of an answer, nothing for other values.
        lines: how many to show at most.
    """
    if isinstance(value, requests.Response):
        return Shown(title or _told(value), _parts(value), lines)
    return Shown(title, value, lines)


def _told(answer: requests.Response) -> str:
    asked = answer.request
    return f"{asked.method} {asked.url}: {answer.status_code} {answer.reason or ''}".rstrip()


def _parts(answer: requests.Response) -> dict[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        body = answer.text
    return {"headers": dict(answer.headers), "body": body}
