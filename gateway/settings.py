"""What may be changed without touching the program: configuration."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pulumi

FUNCTIONS = Path(__file__).resolve().parent / "functions"


@dataclass(frozen=True)
class Settings:
    """The gateway's settings; `pulumi config set NAME VALUE` changes one.

    Attributes:
        function_name: a Lambda function that exists already and hosts the
            model. None: make one.
        layer_arns: Lambda layers that bring the model, at most 5. Empty
            where Python finds the model by itself.
        memory_size: megabytes for the function. Lambda gives one full
            processor at 1,769 MB.
        timeout: seconds that one answer may take. API Gateway waits for 29.
        system_prompt: what the model is told before every prompt.
        log_retention_days: how long the function's log is kept.
        stage_name: the first part of every path of the deployed API.
    """

    function_name: str | None = None
    layer_arns: tuple[str, ...] = ()
    memory_size: int = 1769
    timeout: int = 29
    system_prompt: str = "You are a helpful assistant."
    log_retention_days: int = 7
    stage_name: str = "v1"

    @property
    def model_code(self) -> pulumi.Archive:
        """The function's code: the Python files of its folder.

        The whole folder would bring `__pycache__` along, which changes when
        somebody imports the code, and with it the function.
        """
        files = sorted((FUNCTIONS / "model").glob("*.py"))
        return pulumi.AssetArchive(
            {file.name: pulumi.FileAsset(str(file)) for file in files}
        )

    @classmethod
    def from_config(cls) -> Settings:
        """Read the stack's configuration; what it omits is as above."""
        config = pulumi.Config("gateway")
        layers = config.get_object("layerArns") or []
        if not isinstance(layers, list):
            raise pulumi.RunError(
                f"gateway:layerArns is {layers!r}, not a list of ARNs. Set "
                "one with: pulumi config set --path 'layerArns[0]' ARN"
            )
        chosen: dict[str, Any] = {
            "function_name": config.get("functionName"),
            "layer_arns": tuple(layers) or None,
            "memory_size": config.get_int("memorySize"),
            "timeout": config.get_int("timeout"),
            "system_prompt": config.get("systemPrompt"),
            "log_retention_days": config.get_int("logRetentionDays"),
            "stage_name": config.get("stageName"),
        }
        return cls(
            **{
                name: value
                for name, value in chosen.items()
                if value is not None
            }
        )
