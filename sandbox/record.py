"""Who runs in a home: what its record says, and whether that still answers."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox import proof, root_key
from sandbox.home import Home, read_json


class CloudError(RuntimeError):
    """The sandbox cannot do what was asked; the text says why and what to do."""


@dataclass(frozen=True)
class Running:
    """A sandbox that answers."""

    pid: int
    port: int
    provider_port: int
    token: str
    generation: str
    home: Path
    problem: str = ""  # what it could not save, and why
    damaged: str = ""  # what it found damaged when it started, and where that is now

    @property
    def endpoint(self) -> str:
        """The base URL of its cloud."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def key(self) -> root_key.RootKey:
        """The key of its account's root user; CloudError when its file is gone."""
        found = root_key.read(Home(self.home))
        if found is None:
            raise CloudError(
                f"{Home(self.home).root_key} is gone or damaged: it holds the key of the sandbox "
                "that runs. Fix: python -m sandbox stop, then start it: it makes a new one"
            )
        return found

    @property
    def keys(self) -> dict[str, str]:
        """The root key as boto3 takes it: `boto3.client(service, …, **running.keys)`."""
        return {"aws_access_key_id": self.key.id, "aws_secret_access_key": self.key.secret}

    def alive(self) -> bool:
        """Whether it still answers, and is still the same."""
        return health(self.port, self.token) is not None


def reach(place: Home) -> Running | None:
    """The sandbox of a home if it is ready and answers; a stranger on its port does not count."""
    record = read_json(place.record)
    if record.get("home", str(place.path)) != str(place.path):
        return None  # of the home that this one was copied from
    try:
        port, token = int(record["port"]), str(record["token"])
        found = health(port, token)
        if found is None or not found["ready"]:
            return None
        return Running(
            pid=int(found["pid"]),
            port=port,
            provider_port=int(found["provider_port"]),
            token=token,
            generation=str(found["generation"]),
            home=place.path,
            problem=str(found["problem"]),
            damaged=str(found["damaged"]),
        )
    except (KeyError, TypeError, ValueError):
        return None


def health(port: int, token: str) -> dict[str, Any] | None:
    """What the server on a port says of itself, if it is ours; a foreign one does not count."""
    return ask("GET", "/_kit/health", port, token)


def ask(method: str, path: str, port: int, token: str) -> dict[str, Any] | None:
    """The answer to a request to the server's own paths; None when there is none of its own."""
    given = proof.of_request(token, method, path)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request(method, path, headers={proof.HEADER: given})
        answer = json.loads(connection.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()
    ours = isinstance(answer, dict) and answer.get("proof") == proof.of_answer(token, given)
    return answer if ours else None
