"""How tests say that AWS refuses a call."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError


def refused(kind: tuple[str, int], message: str, call: Any, **arguments: Any) -> None:
    """A call is refused with this code and status, and this whole message."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    answer = caught.value.response
    found = (answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"])
    assert (found, answer["Error"]["Message"]) == (kind, message)
