"""The types of Secrets Manager that there are."""

from __future__ import annotations

from sandbox.provider.secretsmanager import secrets, versions

KINDS = (
    secrets.SECRET,
    versions.SECRET_VERSION,
)
