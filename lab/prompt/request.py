"""An HTTP request as data: what is sent, and the same request to copy into a shell or a script."""

from __future__ import annotations

import json
import pprint
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")  # requests has each
ARGUMENT_LIMIT = 100_000  # bytes; one argument of a command may have 131,072 on Linux
SHORTEST = 8  # characters of a secret that is looked for in answers; shorter is a common word
POWERSHELL_QUOTES = "'\u2018\u2019\u201a\u201b"  # PowerShell ends a string at any of them
# How a script with the requests library ends: with an answer that comes whole, or as it is written.
WHOLE = ("    timeout=35,\n)\nprint(answer.status_code, answer.text)\n",)
STREAMED = (
    "    stream=True,\n    timeout=35,\n)\nprint(answer.status_code)\n",
    "for line in answer.iter_lines():\n    print(line.decode())\n",
)


@dataclass(frozen=True)
class Secret:
    """A value that is sent but never shown; snippets name the variable that holds it.

    Attributes:
        before: what stands before it in its header, such as "Bearer ".
    """

    value: str = field(repr=False)
    variable: str
    before: str = ""

    @property
    def sent(self) -> str:
        """The header's value as it goes over the wire."""
        return self.before + self.value

    def __str__(self) -> str:
        return f"{self.before}${self.variable}"


@dataclass(frozen=True)
class Request:
    """A request: method, address, headers in order, and a JSON payload (None: no body)."""

    method: str
    url: str
    payload: Any = None
    headers: Mapping[str, str | Secret] = field(default_factory=dict)

    @property
    def body(self) -> str:
        """The payload as the text that is sent; "" when there is none."""
        return "" if self.payload is None else to_json(self.payload)

    def all_headers(self) -> dict[str, str | Secret]:
        """The headers, with the one that a JSON body needs."""
        kind: dict[str, str | Secret] = (
            {} if self.payload is None else {"Content-Type": "application/json"}
        )
        return {**kind, **self.headers}

    def sent_headers(self) -> dict[str, str]:
        """The headers as they go over the wire, secrets in clear."""
        return {
            name: value.sent if isinstance(value, Secret) else value
            for name, value in self.all_headers().items()
        }

    @property
    def streams(self) -> bool:
        """Whether the answer is asked for piece by piece, as it is written."""
        return isinstance(self.payload, Mapping) and self.payload.get("stream") is True

    def covered(self, text: str) -> str:
        """A text that came back, with the names of secrets in place of their values."""
        for secret in self.headers.values():
            if isinstance(secret, Secret) and len(secret.value) >= SHORTEST:
                for value in (secret.value, json.dumps(secret.value)[1:-1]):
                    text = text.replace(value, f"${secret.variable}")
        return text

    def as_curl(self) -> str:
        """The request as a curl command for sh, bash and zsh."""
        parts = ["curl --silent --show-error --include"]
        parts += ["--no-buffer"] if self.streams else []
        if self.method != ("GET" if self.payload is None else "POST"):
            parts.append(f"--request {shlex.quote(self.method)}")
        parts += [f"--header {_sh_header(n, v)}" for n, v in self.all_headers().items()]
        heredoc = ""
        if self.payload is not None and len(self.body.encode()) > ARGUMENT_LIMIT:
            # --data takes line ends out of what it reads; JSON has none of its own.
            parts.append("--data @-")
            heredoc = f" <<'END_OF_BODY'\n{self.body}\nEND_OF_BODY"
        elif self.payload is not None:
            parts.append(f"--data-raw {shlex.quote(self.body)}")
        # --globoff: curl would read {} and [] in an address as patterns.
        parts.append(f"--globoff {shlex.quote(self.url)}")
        return " \\\n  ".join(parts) + heredoc

    def as_requests(self) -> str:
        """The request as a Python script with the requests library."""
        secret = any(isinstance(value, Secret) for value in self.headers.values())
        lines = ["import os\n"] if secret else []
        known = self.method in VERBS
        call = f"{self.method.lower()}(" if known else f"request({self.method!r},"
        lines += ["import requests\n", f"\nanswer = requests.{call}\n    {self.url!r},\n"]
        if self.headers:
            shown = ", ".join(f"{n!r}: {_py_header(v)}" for n, v in self.headers.items())
            lines.append(f"    headers={{{shown}}},\n")
        if self.payload is not None:
            text = pprint.pformat(self.payload, width=76, sort_dicts=False)
            lines.append("    json=" + text.replace("\n", "\n         ") + ",\n")
        return "".join([*lines, *(STREAMED if self.streams else WHOLE)])

    def as_powershell(self) -> str:
        """The request for PowerShell 5.1 and later, whose `curl` is another program."""
        parts = [f"Invoke-RestMethod -Method {_ps(self.method)} -Uri {_ps(self.url)}"]
        if self.headers:
            pairs = "; ".join(f"{_ps(n)} = {_ps_header(v)}" for n, v in self.headers.items())
            parts.append(f"-Headers @{{{pairs}}}")
        if self.payload is not None:
            # ASCII only, so that the encoding of the console and of the script does not matter.
            parts.append(f"-ContentType 'application/json' -Body {_ps(json.dumps(self.payload))}")
        return " `\n  ".join(parts)

    def state(self) -> dict[str, Any]:
        """The request as plain data, secrets masked."""
        return {
            "method": self.method,
            "url": self.url,
            "headers": {name: str(value) for name, value in self.all_headers().items()},
            "body": self.body,
        }


SNIPPETS = {
    "curl": Request.as_curl,
    "Python requests": Request.as_requests,
    "PowerShell": Request.as_powershell,
}


def to_json(payload: Any) -> str:
    """Compact JSON on one line, readable; escaped where the text has no UTF-8 form."""
    text = json.dumps(payload, ensure_ascii=False)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:  # half of a surrogate pair
        return json.dumps(payload)
    return text


def _sh_header(name: str, value: str | Secret) -> str:
    if isinstance(value, Secret):
        return f'{shlex.quote(f"{name}: {value.before}")}"${{{value.variable}}}"'
    return shlex.quote(f"{name}: {value}")


def _py_header(value: str | Secret) -> str:
    if not isinstance(value, Secret):
        return repr(value)
    before = f"{value.before!r} + " if value.before else ""
    return f"{before}os.environ[{value.variable!r}]"


def _ps_header(value: str | Secret) -> str:
    if not isinstance(value, Secret):
        return _ps(value)
    return f"({_ps(value.before)} + $env:{value.variable})"


def _ps(text: str) -> str:
    for quote in POWERSHELL_QUOTES:
        text = text.replace(quote, quote * 2)
    return f"'{text}'"
