"""The settings with which the emulator runs; it reads them from the environment when imported."""

from __future__ import annotations

import os

from sandbox.home import Home, strict
from sandbox.root_key import RootKey

REGION = "us-east-1"

# How many functions may run at once, all together, as on AWS; above this they are throttled. A
# laptop does not hold as many processes: waiting.ENVIRONMENTS run, the others wait for one.
ACCOUNT_CONCURRENCY = 1000
NEW_ACCOUNT_CONCURRENCY = 10  # what AWS gives an account that is new


# Auto Scaling waits for minutes: 3 of them to scale out, 15 to scale in, 5 to let an instance warm
# up. Answers say so, as on AWS; a minute of its waiting takes this many seconds here, unless
# KIT_SCALING_MINUTE says how many (60: as on AWS).
SCALING_MINUTE = 5.0


def scaling_seconds(seconds: float) -> float:
    """How long Auto Scaling waits here where AWS's waits for so many seconds."""
    minute = float(os.environ.get("KIT_SCALING_MINUTE") or SCALING_MINUTE)
    return seconds * minute / 60


def idle_seconds() -> float:
    """After how long without a request a sandbox ends: KIT_IDLE, in minutes; 0 is never.

    Raises:
        ValueError: it is no number of minutes; the text has the fix.
    """
    told = os.environ.get("KIT_IDLE") or "0"
    try:
        minutes = float(told)
    except ValueError:
        minutes = -1.0
    if not 0 <= minutes < 1e6:
        raise ValueError(f"KIT_IDLE is {told!r}, no number of minutes. Fix: export KIT_IDLE=60")
    return minutes * 60


def emulator(home: Home, port: int) -> dict[str, str]:
    """Environment variables for the emulator of one home."""
    return {
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_REGION": REGION,
        # Signatures and policies are checked; guarding/root_key.py says who is the account's root.
        "AUTH": "true",
        "PERSIST_STATE": "1",
        "S3_PERSIST": "1",
        "STATE_DIR": str(home.state),
        "S3_DATA_DIR": str(home.objects),
        "LAMBDA_ACCOUNT_CONCURRENCY": str(
            NEW_ACCOUNT_CONCURRENCY if strict() else ACCOUNT_CONCURRENCY
        ),
        "LAMBDA_WARM_TTL_SECONDS": "60",
        # Both would listen on every address of the machine.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        # The emulator tidies up containers that it takes for its own: there are none here.
        "DOCKER_HOST": f"unix://{home.cloud / 'no-docker'}",
        **temporary(home),
    }


def temporary(home: Home) -> dict[str, str]:
    """Where temporary files go, by the names that Linux, macOS and Windows have for it."""
    return dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(home.tmp))


def client(endpoint: str, key: RootKey) -> dict[str, str]:
    """Environment variables with which an AWS SDK talks to the sandbox, and to nothing else."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": key.id,
        "AWS_SECRET_ACCESS_KEY": key.secret,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
