"""Services that neither the emulator nor the sandbox has: said at once, in a form that SDKs read."""

from __future__ import annotations

import json
import re
from typing import Any
from xml.sax.saxutils import escape

from sandbox.server.base import emulator
from sandbox.server.base.emulator import Answer

router = emulator.router

CODE = "NotInTheSandbox"


def is_service(name: str) -> bool:
    """Whether a signature may be for a service of this name.

    In place of the emulator's, which loads the model of every service of AWS to know: three
    seconds in which nobody else is answered, and 350 MB.
    """
    return re.fullmatch("[a-z0-9-]+", name) is not None


class Handlers(dict[str, Any]):
    """The emulator's services, and a refusal for every other one."""

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name) or _refusing(name)


def _refusing(service: str) -> Any:
    async def refuse(method: str, path: str, headers: Any, body: bytes, query: Any) -> Answer:
        text = f"The sandbox has no such service: {service}"
        if b"Action=" in body[:4096] and not headers.get("x-amz-target"):
            error = f"<Code>{CODE}</Code><Message>{escape(text)}</Message>"
            xml = f"<ErrorResponse><Error><Type>Sender</Type>{error}</Error></ErrorResponse>"
            return 400, {"Content-Type": "text/xml"}, xml.encode()
        answer = {"__type": CODE, "message": text}
        kind = {"Content-Type": "application/json", "x-amzn-ErrorType": CODE}
        return 400, kind, json.dumps(answer).encode()

    return refuse


def install() -> None:
    """Put these in place of the emulator's."""
    router._is_aws_service_name = is_service
    emulator.app.SERVICE_HANDLERS = Handlers(emulator.app.SERVICE_HANDLERS)
