"""The date and time here, as records show them."""

from __future__ import annotations

from datetime import datetime


def now() -> str:
    """`2026-11-24 12:00:00 UTC`, in this machine's time zone."""
    return datetime.now().astimezone().strftime("%Y-%m-%d %H:%M:%S %Z")
