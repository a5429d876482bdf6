"""A learner at the hub, as a browser is one: signs in, gets a server, runs the cells of pages."""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import requests
import websocket  # jupyter-server brings it

from lab import copies

SECONDS = 300.0  # without a word from a cell, or for a server to start
ASKS = ("requests.post(", "ask(")  # a cell that has one of these asks the model


@dataclass
class Learner:
    """One of the room, and how long things took.

    Attributes:
        url: the hub's.
        pages: seconds of each page that was done to its end.
        first: seconds from the sign-in to the first answer; None until there is one.
        server: seconds from the sign-in until the notebook server was there.
        wrong: what went wrong, a line each.
        begun: when the sign-in began, as time.monotonic() counts.
    """

    url: str
    name: str
    password: str
    pages: dict[str, float] = field(default_factory=dict)
    first: float | None = None
    server: float | None = None
    wrong: list[str] = field(default_factory=list)
    begun: float = 0.0
    _token: dict[str, str] = field(default_factory=dict)
    _kernel: str = ""

    def sit_down(self) -> None:
        """Sign in, and wait for the notebook server; how long that takes counts from here.

        Raises:
            RuntimeError: the hub lets this learner not in, or starts no server.
            requests.RequestException: it does not answer.
        """
        self.begun, self._kernel = time.monotonic(), ""
        browser = requests.Session()
        browser.get(f"{self.url}/hub/login", timeout=60)
        form = {"username": self.name, "password": self.password, "_xsrf": _xsrf(browser)}
        answer = browser.post(f"{self.url}/hub/login", data=form, allow_redirects=False, timeout=60)
        if answer.status_code != 302:
            raise RuntimeError(f"sign-in: {answer.status_code}")
        made = browser.post(
            f"{self.url}/hub/api/users/{self.name}/tokens",
            json={"note": "rehearsal"}, headers={"X-XSRFToken": _xsrf(browser)}, timeout=60,
        )  # fmt: skip
        self._token = {"Authorization": f"token {made.json()['token']}"}
        self._await_server()
        self.server = time.monotonic() - self.begun

    def _await_server(self) -> None:
        mine = f"{self.url}/hub/api/users/{self.name}"
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            found = requests.get(mine, headers=self._token, timeout=60).json()
            if found.get("servers", {}).get("", {}).get("ready"):
                return
            if not found.get("pending"):  # 429 where many start: the browser's page asks again, too
                requests.post(f"{mine}/server", headers=self._token, timeout=60)
            time.sleep(1)
        raise RuntimeError(f"no notebook server within {SECONDS:.0f} s")

    def do(self, page: Path) -> None:
        """Run all cells of a page in a kernel of its own; the page before it is closed."""
        begun = time.monotonic()
        self.open(page.stem)
        for cell in nbformat.read(page, 4).cells:  # type: ignore[no-untyped-call]
            if cell.cell_type != "code" or not cell.source.strip():
                continue
            said = self.run(cell.source)
            if said.error:
                self.wrong.append(f"{page.stem}: {said.error}")
                return
            if self.first is None and any(word in cell.source for word in ASKS):
                self.first = time.monotonic() - self.begun
        self.pages[page.stem[:2]] = time.monotonic() - begun

    def open(self, page: str) -> None:
        """A kernel for a page, in place of the one before it."""
        api = f"{self.url}/user/{self.name}/api"
        if self._kernel:
            requests.delete(f"{api}/kernels/{self._kernel}", headers=self._token, timeout=60)
        asked: dict[str, Any] = {"path": f"{copies.WORK}/{page}.ipynb", "name": page, "type": "notebook",
                 "kernel": {"name": "python3"}}  # fmt: skip
        answer = requests.post(f"{api}/sessions", json=asked, headers=self._token, timeout=120)
        answer.raise_for_status()
        self._kernel = answer.json()["kernel"]["id"]

    def run(self, code: str) -> Said:
        """Run a cell; what it said.

        Raises:
            OSError, websocket.WebSocketException: the connection ended, or nothing came for long.
        """
        address = f"{self.url}/user/{self.name}/api/kernels/{self._kernel}/channels"
        asked = _request(code, self.name)
        channel = websocket.create_connection(
            address.replace("http", "ws", 1), timeout=SECONDS,
            header=[f"Authorization: {self._token['Authorization']}"],
        )  # fmt: skip
        try:
            channel.send(json.dumps(asked))
            return _read(channel, asked["header"]["msg_id"])
        finally:
            channel.close()


@dataclass
class Said:
    """What a cell printed, and its error; "" where there is none."""

    text: str = ""
    error: str = ""


def _xsrf(browser: requests.Session) -> str:
    found = [each.value for each in browser.cookies if each.name == "_xsrf"]
    return str(found[-1]) if found else ""


def _request(code: str, user: str) -> dict[str, Any]:
    """A request of Jupyter's protocol to run a cell."""
    id = uuid.uuid4().hex
    header = {"msg_id": id, "msg_type": "execute_request", "version": "5.3", "username": user,
              "session": id, "date": ""}  # fmt: skip
    content = {"code": code, "silent": False, "store_history": True, "user_expressions": {},
               "allow_stdin": False, "stop_on_error": True}  # fmt: skip
    return {"channel": "shell", "header": header, "parent_header": {}, "metadata": {},
            "content": content}  # fmt: skip


def _read(channel: Any, id: str) -> Said:
    """All that a cell says until it has ended: its reply, and the kernel's turn to idle."""
    said, waits = Said(), {"execute_reply", "idle"}
    while waits:
        found = json.loads(channel.recv())
        if found.get("parent_header", {}).get("msg_id") != id:
            continue
        kind, content = found["msg_type"], found["content"]
        if kind == "stream":
            said.text += content["text"]
        elif kind == "error":
            said.error = f"{content['ename']}: {content['evalue'][:200]}"
        waits -= {kind, content.get("execution_state", "")}
    return said
