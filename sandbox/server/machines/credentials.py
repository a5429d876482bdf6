"""What an instance may do: the credentials of its profile's role, and S3 with them."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import os
import re
import shutil
from datetime import datetime, timezone
from pathlib import Path
from urllib.parse import quote

from sandbox.server.base import emulator
from sandbox.server.base.emulator import Record
from sandbox.server.machines.boot import Failed

EMPTY = hashlib.sha256(b"").hexdigest()


def of(instance: str, profile: Record | None) -> dict[str, str]:
    """Environment variables with the credentials of an instance's role; empty without a role.

    Args:
        instance: the instance's id.
        profile: its instance profile, by `Arn`.
    """
    found = _role(profile)
    if found is None:
        return {}
    account = emulator.responses.get_account_id()
    digest = hashlib.sha256(f"{instance}:{found}:{os.urandom(8).hex()}".encode()).hexdigest()
    key, secret = f"ASIA{digest[:16].upper()}", hashlib.sha256(f"s:{digest}".encode()).hexdigest()
    token = hashlib.sha256(f"t:{digest}".encode()).hexdigest()
    session = {
        "Arn": f"arn:aws:sts::{account}:assumed-role/{found}/{instance}",
        "UserId": f"{found}:{instance}",
        "SecretAccessKey": secret,
        "SessionToken": token,
    }
    emulator.app._get_module("sts").register_session(key, session)
    return {
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_SESSION_TOKEN": token,
    }


def _role(profile: Record | None) -> str | None:
    arn = (profile or {}).get("Arn") or ""
    name = arn.rpartition("/")[2]
    known = emulator.iam._lookup_instance_profile(name=name, arn=arn) if arn else None
    roles = (known or {}).get("Roles") or []
    return str(roles[0]) if roles else None


def environment(region: str) -> dict[str, str]:
    """What leads an AWS SDK to the sandbox, and to nothing else."""
    return {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}",
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


class Objects:
    """`aws s3 cp` with the credentials of one instance."""

    def __init__(self, keys: dict[str, str], region: str) -> None:
        self._keys, self._region = keys, region

    def download(self, bucket: str, key: str, path: Path) -> None:
        """Copy an object to a file.

        Raises:
            Failed: the role may not, or there is no such object; in the words of the AWS CLI.
        """
        if not self._keys:
            raise Failed("fatal error: Unable to locate credentials")
        place = f"/{quote(bucket)}/{quote(key)}"
        port = int(os.environ["GATEWAY_PORT"])
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            connection.request("GET", place, headers=self._signed(f"127.0.0.1:{port}", place))
            answer = connection.getresponse()
            if answer.status != 200:
                raise Failed(_refused(answer, f"s3://{bucket}/{key}"))
            with path.open("wb") as file:
                shutil.copyfileobj(answer, file)
        finally:
            connection.close()

    def _signed(self, host: str, path: str) -> dict[str, str]:
        """The headers of a signed GET (Signature Version 4)."""
        now = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        headers = {
            "host": host,
            "x-amz-content-sha256": EMPTY,
            "x-amz-date": now,
            "x-amz-security-token": self._keys["AWS_SESSION_TOKEN"],
        }
        names = ";".join(headers)
        lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
        request = f"GET\n{path}\n\n{lines}\n{names}\n{EMPTY}"
        scope = f"{now[:8]}/{self._region}/s3/aws4_request"
        text = f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
        secret = f"AWS4{self._keys['AWS_SECRET_ACCESS_KEY']}".encode()
        for part in scope.split("/"):
            secret = hmac.digest(secret, part.encode(), "sha256")
        signature = hmac.digest(secret, text.encode(), "sha256").hex()
        credential = f"{self._keys['AWS_ACCESS_KEY_ID']}/{scope}"
        headers["Authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature={signature}"
        )
        return headers


def _refused(answer: http.client.HTTPResponse, place: str) -> str:
    body = answer.read().decode("utf-8", "replace")
    words = re.search("<Message>(.*?)</Message>", body, re.DOTALL)
    reason = {403: "Forbidden", 404: "Not Found"}.get(answer.status, answer.reason)
    more = f": {words[1]}" if words else ""
    return (
        f"fatal error: An error occurred ({answer.status}) when calling the GetObject operation for "
        f"{place}: {reason}{more}"
    )
