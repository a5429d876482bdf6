"""What may be changed without touching the program, read from the stack's configuration."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pulumi

FUNCTIONS = Path(__file__).resolve().parent / "functions"


@dataclass(frozen=True)
class Settings:
    """The gateway's settings; `pulumi config set NAME VALUE` changes one.

    Attributes:
        function_name: a Lambda function that exists already and hosts the model. None: make one.
        layer_arns: Lambda layers that bring the model, at most 5. Empty where Python finds it.
        memory_size: megabytes for the function. Lambda gives one full CPU at 1,769 MB.
        timeout: seconds that one answer may take. API Gateway waits for 29.
        system_prompt: what the model is told before every prompt.
        log_retention_days: how long CloudWatch Logs keeps the function's log.
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
    def model_code(self) -> str:
        """The folder that is zipped and shipped as the function's code."""
        return str(FUNCTIONS / "model")

    @classmethod
    def from_config(cls) -> Settings:
        """Read the stack's configuration; whatever it leaves out keeps its default."""
        config = pulumi.Config("gateway")
        return cls(
            function_name=config.get("functionName"),
            layer_arns=tuple(config.get_object("layerArns") or ()),
            memory_size=config.get_int("memorySize") or cls.memory_size,
            timeout=config.get_int("timeout") or cls.timeout,
            system_prompt=config.get("systemPrompt") or cls.system_prompt,
            log_retention_days=config.get_int("logRetentionDays") or cls.log_retention_days,
            stage_name=config.get("stageName") or cls.stage_name,
        )
