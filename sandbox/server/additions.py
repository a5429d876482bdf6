"""Puts our parts into the emulator: at the start, or when it first imports what they are for.

Importing the latter earlier would cost each start what only a few chapters need.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Any

from sandbox.root_key import RootKey
from sandbox.server.apigateway import deployments, records, tags
from sandbox.server.base import emulator, layer_files, persistence, snapshots, vpc_links
from sandbox.server.control import (
    apigateway_plane,
    cloudwatch_plane,
    iam_plane,
    lambda_aliases,
    lambda_plane,
    logs_plane,
    missing_services,
    service_models,
)
from sandbox.server.functions import (
    aliases,
    function_log,
    idle_environments,
    provisioned,
    worker,
)
from sandbox.server.gateway import limits
from sandbox.server.guarding import credentials, denials, log_rights
from sandbox.server.watching import alarms, log_metrics, metrics, tracing, xray

# What is put over the emulator before it serves. Later ones stand before earlier ones.
AT_THE_START = (
    layer_files,
    snapshots,
    deployments,
    apigateway_plane,
    records,
    tags,
    lambda_plane,
    lambda_aliases,
    iam_plane,
    logs_plane,
    cloudwatch_plane,
    worker,
    aliases,
    provisioned,
    idle_environments,
    function_log,
    metrics,
    log_metrics,
    alarms,
    denials,
    log_rights,
    missing_services,
    service_models,
    xray,
    tracing,
)
# What has state of its own, which the emulator saves, loads and resets with API Gateway's.
WITH_STATE = (snapshots, vpc_links, limits, xray)
# Parts of services that the emulator imports only when somebody asks for them.
ON_DEMAND = {
    "alb": (
        "sandbox.server.balancing.listeners",
        "sandbox.server.balancing.targets",
        "sandbox.server.balancing.target_groups",
        "sandbox.server.balancing.load_balancers",
        "sandbox.server.balancing.routing",
        "sandbox.server.balancing.traffic",
    ),
    "autoscaling": (
        "sandbox.server.scaling.attachments",
        "sandbox.server.scaling.capacity",
        "sandbox.server.scaling.groups",
        "sandbox.server.scaling.sizes",
        "sandbox.server.scaling.refreshes",
        "sandbox.server.control.scaling_policies",
        "sandbox.server.scaling.tracking",
    ),
    "cognito": ("sandbox.server.guarding.user_pools",),
    "dynamodb": ("sandbox.server.control.dynamodb_plane",),
    "ec2": (
        "sandbox.server.machines.launch_templates",
        "sandbox.server.machines.instances",
        "sandbox.server.control.security_groups",
        "sandbox.server.control.images",
    ),
    "s3": ("sandbox.server.control.s3_plane",),
    "ssm": ("sandbox.server.control.images",),
    "tagging": ("sandbox.server.control.tagging_plane",),
    "waf": ("sandbox.server.guarding.web_acls",),
}


def install(key: RootKey) -> list[str]:
    """Check the emulator and put our parts into it; once in a process, before it serves.

    Args:
        key: the account's root key, which is the only one that the sandbox begins with.

    Returns:
        What of the state on disk was damaged, a line each.

    Raises:
        WrongEmulator: it is not the one that the parts were made for.
    """
    emulator.check()
    credentials.install(key)
    damaged = persistence.install()
    for part in AT_THE_START:
        part.install()
    _install_on_demand()
    for module in WITH_STATE:
        _register(module.STATE_KEY, module)
    return damaged


def _install_on_demand() -> None:
    """Put each part over its service when that is first looked up."""
    original, done = emulator.app._get_module, set[str]()

    def get_module(name: str) -> Any:
        module = original(name)
        if name in ON_DEMAND and name not in done:
            done.add(name)
            for part in ON_DEMAND[name]:
                import_module(part).install(module)
        return module

    emulator.app._get_module = get_module


def _register(key: str, module: ModuleType) -> None:
    """Have the emulator save, load and reset a module of ours with its own."""
    app = emulator.app
    entry = app.SERVICE_REGISTRY["apigateway"]
    entry["sub_modules"] = (*entry["sub_modules"], key)
    app._loaded_modules[key] = module
    app._state_map[key] = key
