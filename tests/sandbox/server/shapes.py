"""Small documents that tests of the server send."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from sandbox.cloud import Running


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


def signed(
    running: Running,
    verb: str,
    url: str,
    service: str,
    body: bytes = b"",
    headers: dict[str, str] | None = None,
) -> dict[str, str]:
    """The headers of a request, signed with the sandbox's root key as AWS's own clients do it."""
    request = AWSRequest(verb, url, headers, body)
    key = Credentials(running.key.id, running.key.secret)
    SigV4Auth(key, service, "us-east-1").add_auth(request)
    return dict(request.headers)
