"""A key out of Secrets Manager: read when it is needed, and again when it may have been changed."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import Any

KEPT = 300.0  # seconds: a key that was rotated is used after that


def manager() -> Any:
    """boto3's client. It is made when the first key is needed."""
    import boto3

    return boto3.client("secretsmanager")


@dataclass
class Secret:
    """A secret whose text is a key, or a JSON object with it under "api_key".

    Attributes:
        arn: its ARN.
    """

    arn: str
    _read: tuple[float, str] | None = field(default=None, repr=False)

    def value(self) -> str:
        """The key."""
        now = time.monotonic()
        if self._read is None or now - self._read[0] > KEPT:
            text = manager().get_secret_value(SecretId=self.arn)["SecretString"]
            self._read = (now, key_in(text))
        return self._read[1]

    def forget(self) -> None:
        """It was refused: the next request reads it again."""
        self._read = None


def key_in(text: str) -> str:
    """The key in a secret's text."""
    try:
        found = json.loads(text)
    except ValueError:
        return text.strip()
    return str(found["api_key"]) if isinstance(found, dict) else text.strip()
