"""Our parts of services that the emulator imports only when somebody asks for them.

Importing them earlier would cost each start what only a few chapters need.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from sandbox.server import emulator

PARTS = {
    "autoscaling": ("sandbox.server.scaling_more", "sandbox.server.scaling"),
    "cognito": ("sandbox.server.user_pools",),
    "dynamodb": ("sandbox.server.tables",),
    "ec2": ("sandbox.server.launch_templates",),
    "s3": ("sandbox.server.objects",),
    "waf": ("sandbox.server.web_acls",),
    "alb": (
        "sandbox.server.balancer_rules",
        "sandbox.server.balancers",
        "sandbox.server.balancer_traffic",
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
