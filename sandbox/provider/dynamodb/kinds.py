"""The types of DynamoDB that there are."""

from __future__ import annotations

from sandbox.provider.dynamodb import tables

KINDS = (tables.TABLE,)
