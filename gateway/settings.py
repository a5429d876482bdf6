"""What may be changed without touching the program: configuration."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pulumi

from .refusals import refuse_alone, refuse_together

FUNCTIONS = Path(__file__).resolve().parent / "functions"


def texts(config: pulumi.Config, name: str) -> tuple[str, ...] | None:
    """A list of texts in the configuration; None when there is none."""
    found = config.get_object(name) or []
    if not isinstance(found, list):
        raise pulumi.RunError(
            f"gateway:{name} is {found!r}, not a list. Set its first entry "
            f"with: pulumi config set --path 'gateway:{name}[0]' VALUE"
        )
    return tuple(str(entry) for entry in found) or None


@dataclass(frozen=True)
class Settings:
    """The gateway's settings; `pulumi config set NAME VALUE` changes one.

    Attributes:
        function_name: a Lambda function that exists already and hosts the
            model. None: make one.
        function_qualifier: an alias or a version of that function; with
            `publish_versions`, the version of ours to go back to.
        publish_versions: each change of our function is a version that
            stays, and a deployment calls the one that it was made with.
        snap_start: start a version from a picture of its memory.
        model_layer: make the layer that brings the model. False where
            Python finds the model by itself, or `layer_arns` bring it.
        layer_arns: more Lambda layers, at most 5 with the model's.
        architecture: the processor of the function, "x86_64" or "arm64".
        backend: which model answers: "local", which is in the function;
            "openai", at a URL; or "bedrock".
        backend_model: what it is called there, or an inference profile.
        backend_url: of "openai": what `/chat/completions` is appended to.
        backend_secret: the ARN of the secret with its key.
        backend_regions: where an inference profile of Bedrock's leads.
        memory_size: megabytes for the function. Lambda gives one full
            processor at 1,769 MB.
        timeout: seconds that one answer may take. API Gateway waits for 29.
        system_prompt: what the model is told before every prompt. In
            a conversation, a caller's own system message replaces it.
        system_prompt_first: put it before a caller's own instead.
        log_retention_days: how long the function's log is kept.
        stage_name: the first part of every path of the deployed API.
        authentication: how callers prove who they are: "bearer" (a key that
            a function of ours knows), "iam" (a signature) or "cognito" (a
            user pool's token).
        authorizer_ttl: seconds that API Gateway remembers what the
            authorizer said of a key, at most 3,600. A key that is taken
            away is let in for as long.
        model_concurrency: calls that the model's function may serve at
            once, reserved for it. -1: as many as the account has left.
        authorizer_concurrency: the same for the function that knows the
            keys. Wrong keys reach it: no plan throttles them.
        protect: refuse to delete what cannot be made again as it was:
            users, keys, counts and logs.
        permissions_boundary: the ARN of the policy that bounds every role.
        owner: who has this, a tag on everything.
        expires: a tag, too: the day after which nobody needs it, such as
            "2026-12-24". Nothing is deleted by itself.
        cors_origins: whose web pages may call: origins, such as
            "https://example.com". Empty: no page may.
        teams: who gets a key, and a usage plan of their own.
        team_rate: requests a second that a team may make, on average.
        team_burst: requests that a team may make at once.
        team_quota: requests that a team may make in a day.
        stage_rate: requests a second for all together, on average.
        stage_burst: requests at once for all together.
        prompt_rate: prompts a second for all together, on average.
        prompt_burst: prompts at once for all together.
        tokens_per_day: tokens that a key may use in a day (UTC), prompts
            and answers together. 0: as many as it likes.
        prompt_characters: the longest prompt that reaches the function.
        model_name: the model's name, as callers and metrics have it.
        execution_logs: how much API Gateway tells of each request: "OFF",
            "ERROR" or "INFO". INFO may hold what the authorizer answered,
            and with it the caller's key: read it before you keep it on.
        logging_role: with which role API Gateway writes logs. There is one
            for the account and Region: "existing", or "own", which
            replaces it for all, and stays.
        log_source_address: whether the access log has the address of each
            caller, which is personal data.
        refused_calls: so many calls with a wrong key, or none, in five
            minutes ring an alarm.
        alarm_actions: ARNs that an alarm notifies, such as an SNS topic's.
        monthly_dollars: with more on the account's bill for a month, an
            alarm rings. 0: none. AWS has to be told to keep that metric.
        stream: hand on tokens while they are written. Lambda's own Python
            runtime cannot: on AWS, set adapter_layer_arn too.
        adapter_layer_arn: the layer of the Lambda Web Adapter; or
            "published", which is AWS's own in the Region.
        runtime_streams: the function's own runtime streams, without it.
        instances: how many instances of EC2 host the model, too. 0: none.
        most_instances: to how many they may grow.
        instance_type: what an instance is like, such as "c7i.large".
        requests_per_instance: requests a minute for each, on average;
            with more, another instance is started.
        candidate_instances: how many instances try another version.
        candidate_system_prompt: what differs in it.
        candidate_model: what else may: another GGUF file, as the URI of an
            object of S3. "": the same model.
        candidate_weight: percent of what no pool is named for that the
            candidate gets.
        live_pool: which pool the stage names: "stable" or "candidate"; or
            "weights", which is none.
        canary_percent: percent of requests for which it names the other.
        first_backend: whom the function asks first: "function", which is
            its own model; or "instances", and its own model when they
            fail.
    """

    function_name: str | None = None
    function_qualifier: str = ""
    publish_versions: bool = False
    snap_start: bool = False
    model_layer: bool = True
    layer_arns: tuple[str, ...] = ()
    architecture: str = "x86_64"
    backend: str = "local"
    backend_model: str = ""
    backend_url: str = ""
    backend_secret: str = ""
    backend_regions: tuple[str, ...] = ()
    memory_size: int = 1769
    timeout: int = 29
    system_prompt: str = "You are a helpful assistant."
    system_prompt_first: bool = False
    log_retention_days: int = 7
    stage_name: str = "v1"
    authentication: str = "bearer"
    authorizer_ttl: int = 300
    model_concurrency: int = -1
    authorizer_concurrency: int = -1
    protect: bool = False
    permissions_boundary: str = ""
    owner: str = ""
    expires: str = ""
    cors_origins: tuple[str, ...] = ()
    teams: tuple[str, ...] = ("blue", "green")
    team_rate: float = 5.0
    team_burst: int = 10
    team_quota: int = 1000
    stage_rate: float = 20.0
    stage_burst: int = 40
    prompt_rate: float = 10.0
    prompt_burst: int = 20
    tokens_per_day: int = 20_000
    prompt_characters: int = 6000
    model_name: str = "SmolLM2-135M-Instruct"
    execution_logs: str = "ERROR"
    logging_role: str = "existing"
    log_source_address: bool = False
    refused_calls: int = 100
    alarm_actions: tuple[str, ...] = ()
    monthly_dollars: float = 0.0
    stream: bool = False
    adapter_layer_arn: str = ""
    runtime_streams: bool = False
    instances: int = 0
    most_instances: int = 3
    instance_type: str = "c7i.large"
    requests_per_instance: float = 60.0
    candidate_instances: int = 0
    candidate_system_prompt: str = ""
    candidate_model: str = ""
    candidate_weight: int = 0
    live_pool: str = "stable"
    canary_percent: float = 0.0
    first_backend: str = "function"

    def __post_init__(self) -> None:
        """Refuse what could leave the gateway open, or silent."""
        refuse_alone(vars(self))

    @classmethod
    def from_config(cls) -> Settings:
        """Read the stack's configuration; what it omits is as above.

        Raises:
            pulumi.RunError: its settings cannot work, or not together.
        """
        config = pulumi.Config("gateway")
        chosen = {
            **hosting(config),
            **calling(config),
            **limiting(config),
            **watching(config),
            **instances(config),
        }
        settings = cls(
            **{
                name: value
                for name, value in chosen.items()
                if value is not None
            }
        )
        refuse_together(vars(settings))
        return settings


def hosting(config: pulumi.Config) -> dict[str, Any]:
    """What is set of the model and its function."""
    return {
        "function_name": config.get("functionName"),
        "function_qualifier": config.get("functionQualifier"),
        "publish_versions": config.get_bool("publishVersions"),
        "snap_start": config.get_bool("snapStart"),
        "model_layer": config.get_bool("modelLayer"),
        "layer_arns": texts(config, "layerArns"),
        "architecture": config.get("architecture"),
        "backend": config.get("backend"),
        "backend_model": config.get("backendModel"),
        "backend_url": config.get("backendUrl"),
        "backend_secret": config.get("backendSecret"),
        "backend_regions": texts(config, "backendRegions"),
        "memory_size": config.get_int("memorySize"),
        "timeout": config.get_int("timeout"),
        "model_concurrency": config.get_int("modelConcurrency"),
        "system_prompt": config.get("systemPrompt"),
        "system_prompt_first": config.get_bool("systemPromptFirst"),
        "model_name": config.get("modelName"),
        "stream": config.get_bool("stream"),
        "adapter_layer_arn": config.get("adapterLayerArn"),
        "runtime_streams": config.get_bool("runtimeStreams"),
    }


def calling(config: pulumi.Config) -> dict[str, Any]:
    """What is set of the API and who may call it."""
    return {
        "stage_name": config.get("stageName"),
        "authentication": config.get("authentication"),
        "authorizer_ttl": config.get_int("authorizerTtl"),
        "authorizer_concurrency": config.get_int("authorizerConcurrency"),
        "protect": config.get_bool("protect"),
        "permissions_boundary": config.get("permissionsBoundary"),
        "owner": config.get("owner"),
        "expires": config.get("expires"),
        "cors_origins": texts(config, "corsOrigins"),
        "teams": texts(config, "teams"),
    }


def limiting(config: pulumi.Config) -> dict[str, Any]:
    """What is set of how much a caller may have."""
    return {
        "team_rate": config.get_float("teamRate"),
        "team_burst": config.get_int("teamBurst"),
        "team_quota": config.get_int("teamQuota"),
        "stage_rate": config.get_float("stageRate"),
        "stage_burst": config.get_int("stageBurst"),
        "prompt_rate": config.get_float("promptRate"),
        "prompt_burst": config.get_int("promptBurst"),
        "tokens_per_day": config.get_int("tokensPerDay"),
        "prompt_characters": config.get_int("promptCharacters"),
    }


def watching(config: pulumi.Config) -> dict[str, Any]:
    """What is set of logs and alarms."""
    return {
        "log_retention_days": config.get_int("logRetentionDays"),
        "execution_logs": config.get("executionLogs"),
        "logging_role": config.get("loggingRole"),
        "log_source_address": config.get_bool("logSourceAddress"),
        "refused_calls": config.get_int("refusedCalls"),
        "alarm_actions": texts(config, "alarmActions"),
        "monthly_dollars": config.get_float("monthlyDollars"),
    }


def instances(config: pulumi.Config) -> dict[str, Any]:
    """What is set of instances, and of who answers."""
    return {
        "instances": config.get_int("instances"),
        "most_instances": config.get_int("mostInstances"),
        "instance_type": config.get("instanceType"),
        "requests_per_instance": config.get_float("requestsPerInstance"),
        "candidate_instances": config.get_int("candidateInstances"),
        "candidate_system_prompt": config.get("candidateSystemPrompt"),
        "candidate_model": config.get("candidateModel"),
        "candidate_weight": config.get_int("candidateWeight"),
        "live_pool": config.get("livePool"),
        "canary_percent": config.get_float("canaryPercent"),
        "first_backend": config.get("firstBackend"),
    }
