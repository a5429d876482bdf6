"""Pulumi's engine for this kit: the CLI of one version, found, downloaded or built.

It never runs a program and knows no stack: lab.session and the SDK do.

from sandbox import engine
cli = engine.ensure()        # "Pulumi CLI v3.250.0 in ~/.pulumi/versions/3.250.0 (built here)"
PulumiCommand(root=cli.root)
"""

from sandbox.engine.cli import VERSION, Cli, EngineError
from sandbox.engine.install import ensure, find
from sandbox.engine.plugins import ensure_aws_plugin, ensure_language_host

__all__ = [
    "VERSION",
    "Cli",
    "EngineError",
    "ensure",
    "ensure_aws_plugin",
    "ensure_language_host",
    "find",
]
