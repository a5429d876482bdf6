"""DynamoDB: a table can be restored to a moment only if it keeps its moments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.server.base import emulator
from sandbox.server.base.emulator import Answer, Record


def install(module: Any) -> None:
    """Put this over the emulator's call."""
    original: Callable[[Record], Answer] = module._restore_table_to_point_in_time

    def restore(data: Record) -> Answer:
        given = data.get("SourceTableArn") or ""
        name = data.get("SourceTableName") or module._normalize_table_name(given)
        if name in module._tables and not module._pitr_settings.get(name, False):
            refused: Answer = emulator.responses.error_response_json(
                "PointInTimeRecoveryUnavailableException",
                f"Point in time recovery is not enabled for table '{name}'",
                400,
            )
            return refused
        return original(data)

    module._restore_table_to_point_in_time = restore
