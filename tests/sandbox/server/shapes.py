"""Small documents that tests of the server send."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any


def document(*statements: dict[str, Any]) -> str:
    """A policy as JSON."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def archive(code: str) -> bytes:
    """The code as the zip of a function whose handler is `h.handler`; the same bytes each time."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as file:
        file.writestr(zipfile.ZipInfo("h.py"), code)
    return data.getvalue()


def uri(function: str) -> str:
    """The integration URI of a function."""
    return f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{function}/invocations"
