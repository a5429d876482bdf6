"""The types of Lambda that there are."""

from __future__ import annotations

from sandbox.provider.lambda_ import aliases, functions, invocation, layers, permissions

KINDS = (
    aliases.ALIAS,
    functions.FUNCTION,
    invocation.FUNCTION_EVENT_INVOKE_CONFIG,
    invocation.PROVISIONED_CONCURRENCY_CONFIG,
    layers.LAYER_VERSION,
    permissions.PERMISSION,
)
