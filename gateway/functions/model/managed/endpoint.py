"""A model at a URL as the one backend of a function."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

from errors import ApiError
from failover.remote import Remote
from inner import Ask, Limits, Piece
from managed.secret import Secret
from rough import Rough


@dataclass(frozen=True)
class Endpoint(Rough):
    """It is an inner.Backend, where each of its methods is described.

    Attributes:
        name: what our callers call it by.
        model: what the backend calls it by.
        base_url: what `/chat/completions` is appended to.
        secret: where its key is; None: it wants none.
        first_token: seconds until it must have said something.
    """

    name: str
    model: str
    base_url: str
    limits: Limits
    secret: Secret | None = None
    first_token: float = 60.0
    system_prompt: str = ""
    frames: tuple[str, ...] = ()

    def stream(self, ask: Ask) -> Generator[Piece, None, None]:
        """Its answer."""
        try:
            yield from self._asked(self.secret.value() if self.secret else "").stream(ask)
        except ApiError as error:
            if self.secret and error.code == "backend_failed":
                self.secret.forget()  # perhaps it was rotated
            raise

    def _asked(self, key: str) -> Remote:
        return Remote(
            self.base_url,
            self.model,
            self.limits,
            self.first_token,
            headers={"Authorization": f"Bearer {key}"} if key else {},
            system_prompt=self.system_prompt,
        )
