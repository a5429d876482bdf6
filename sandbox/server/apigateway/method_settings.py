"""A stage's settings of single methods, where the emulator's differ from AWS's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.server.apigateway.patch_types import path_names
from sandbox.server.base import emulator

v1 = emulator.v1


def remove_nested(original: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """The settings of a method go as a whole, also when its path has several parts."""

    def try_apply(stage: dict[str, Any], operation: dict[str, Any]) -> bool:
        path = str(operation.get("path") or "")
        if operation.get("op") == "remove" and path.startswith("/"):
            key = "/".join(path_names(path))
            settings = stage.get("methodSettings") or {}
            if key in settings:
                del settings[key]
                return True
        return original(stage, operation)

    return try_apply


def install() -> None:
    """Put these over the emulator's calls."""
    v1._try_apply_method_settings_patch = remove_nested(v1._try_apply_method_settings_patch)
