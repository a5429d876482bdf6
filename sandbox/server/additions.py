"""Our parts of services that the emulator imports only when somebody asks for them.

Importing them earlier would cost each start what only a few chapters need.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from sandbox.server.base import emulator

PARTS = {
    "autoscaling": ("sandbox.server.balancing.attached", "sandbox.server.balancing.scaling"),
    "cognito": ("sandbox.server.guarding.user_pools",),
    "dynamodb": ("sandbox.server.control.tables",),
    "ec2": ("sandbox.server.balancing.launch_templates",),
    "s3": ("sandbox.server.control.objects",),
    "waf": ("sandbox.server.guarding.web_acls",),
    "alb": (
        "sandbox.server.balancing.rules",
        "sandbox.server.balancing.balancers",
        "sandbox.server.balancing.traffic",
    ),
}


def install() -> None:
    """Put each part over its service when that is first looked up."""
    original, done = emulator.app._get_module, set[str]()

    def get_module(name: str) -> Any:
        module = original(name)
        if name in PARTS and name not in done:
            done.add(name)
            for part in PARTS[name]:
                import_module(part).install(module)
        return module

    emulator.app._get_module = get_module
