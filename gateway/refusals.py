"""Settings that cannot be, or not together: one sentence for each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from typing import Any

import pulumi

Chosen = Mapping[str, Any]  # settings by their names in Python

CHOICES = (
    ("architecture", "architecture", ("x86_64", "arm64")),
    ("backend", "backend", ("local", "openai", "bedrock")),
    ("authentication", "authentication", ("bearer", "iam", "cognito")),
    ("executionLogs", "execution_logs", ("ERROR", "INFO", "OFF")),
    ("loggingRole", "logging_role", ("existing", "own")),
    ("livePool", "live_pool", ("stable", "candidate", "weights")),
    ("firstBackend", "first_backend", ("function", "instances")),
)
HASH = 72  # characters that a team's key takes, beside its name
KEYS_SIZE = 3_900  # what the function that knows the keys has room for
WHOLE = 29  # seconds that API Gateway waits for an answer that comes whole
STREAMED = 900  # seconds that a Lambda function may take
S3_OBJECT = re.compile(r"s3://[a-z0-9.-]{3,63}/[^*?\s]+")
OWNER = re.compile(r"[\w\s+\-=.:/@]{0,256}")
ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[a-z0-9.\[\]:_-]+")


def refuse_alone(chosen: Chosen) -> None:
    """Refuse a setting that is wrong by itself.

    Raises:
        pulumi.RunError: the first that is.
    """
    for rule in (
        unknown_choice,
        qualified_name,
        teams,
        origins,
        shares,
        other_model,
        tags,
    ):
        rule(chosen)


def refuse_together(chosen: Chosen) -> None:
    """Refuse settings that contradict each other.

    Raises:
        pulumi.RunError: the first two that do.
    """
    for rule in (
        qualifier,
        elsewhere,
        not_ours,
        budget,
        stream,
        timeout,
        homes,
    ):
        rule(chosen)


def unknown_choice(chosen: Chosen) -> None:
    """What could leave the gateway open, or silent."""
    for name, field, known in CHOICES:
        if chosen[field] not in known:
            raise pulumi.RunError(
                f"gateway:{name} is {chosen[field]!r}, not one of "
                f"{', '.join(known)}. Set one with: "
                f"pulumi config set gateway:{name} {known[0]}"
            )


def qualified_name(chosen: Chosen) -> None:
    """A function's name has no version and no alias in it."""
    name, _, alias = (chosen["function_name"] or "").rpartition(":")
    if name:
        raise pulumi.RunError(
            f"gateway:functionName is {chosen['function_name']!r}, with a "
            "version or an alias. Give the function's name alone, and the "
            f"rest as: pulumi config set gateway:functionQualifier {alias}"
        )


def teams(chosen: Chosen) -> None:
    """All keys are in one function's environment."""
    if sum(HASH + len(team) for team in chosen["teams"]) > KEYS_SIZE:
        raise pulumi.RunError(
            f"gateway:teams are {len(chosen['teams'])}: their keys do not "
            "fit into a function's environment of 4 KB. Take fewer."
        )


def origins(chosen: Chosen) -> None:
    """A browser names an origin: small letters, no path, no slash."""
    for origin in chosen["cors_origins"]:
        if not ORIGIN.fullmatch(origin):
            raise pulumi.RunError(
                f"gateway:corsOrigins has {origin!r}, which is no origin. "
                "Name each as a browser does, such as https://example.com"
            )


def qualifier(chosen: Chosen) -> None:
    """It names an alias of a function that exists, or a version of ours."""
    named, ours = chosen["function_qualifier"], chosen["publish_versions"]
    if named and not chosen["function_name"] and not ours:
        raise pulumi.RunError(
            f"gateway:functionQualifier is {named!r}, of no function: "
            "gateway:functionName is not set. Set both, or neither."
        )
    if named and ours and not named.isdecimal():
        raise pulumi.RunError(
            f"gateway:functionQualifier is {named!r}, not a version of our "
            "function. Set its number, or take what is newest: "
            "pulumi config rm gateway:functionQualifier"
        )
    if chosen["snap_start"] and not ours:
        raise pulumi.RunError(
            "gateway:snapStart is true, and it is for versions alone. Have "
            "them: pulumi config set gateway:publishVersions true"
        )


def elsewhere(chosen: Chosen) -> None:
    """A model elsewhere has a name, and one at a URL a URL."""
    kind = chosen["backend"]
    needed = {
        "backendModel": kind != "local" and not chosen["backend_model"],
        "backendUrl": kind == "openai" and not chosen["backend_url"],
    }
    for name in (name for name, missing in needed.items() if missing):
        raise pulumi.RunError(
            f"gateway:backend is {kind!r}, and gateway:{name} is not set. "
            f"Set it with: pulumi config set gateway:{name} VALUE"
        )
    url = chosen["backend_url"]
    if url and not url.startswith(("https://", "http://127.0.0.1:")):
        raise pulumi.RunError(
            f"gateway:backendUrl is {url!r}: a key and prompts would go "
            "there unencrypted. It has to begin with https://"
        )


def not_ours(chosen: Chosen) -> None:
    """What only a function that is made here can be given."""
    given = {
        "layerArns": chosen["layer_arns"],
        "adapterLayerArn": chosen["adapter_layer_arn"],
        "publishVersions": chosen["publish_versions"],
        "modelConcurrency": chosen["model_concurrency"] >= 0,
        "systemPromptFirst": chosen["system_prompt_first"],
        "firstBackend": chosen["first_backend"] == "instances",
    }
    for name in (name for name in given if given[name]):
        if chosen["function_name"]:
            raise pulumi.RunError(
                f"gateway:{name} is for a function that is made here, and "
                f"gateway:functionName is {chosen['function_name']!r}, "
                "which is not changed. Remove one of the two."
            )


def budget(chosen: Chosen) -> None:
    """Tokens are counted by the function."""
    if chosen["function_name"] and chosen["tokens_per_day"]:
        raise pulumi.RunError(
            f"gateway:functionName is {chosen['function_name']!r}, a "
            "function that counts no tokens for this gateway. Do without a "
            "budget: pulumi config set gateway:tokensPerDay 0"
        )


def stream(chosen: Chosen) -> None:
    """Lambda's own Python runtime cannot stream."""
    able = chosen["adapter_layer_arn"] or chosen["runtime_streams"]
    if chosen["stream"] and not able:
        raise pulumi.RunError(
            "gateway:stream is true, and the function cannot stream. Set "
            "gateway:adapterLayerArn to the layer of the Lambda Web "
            "Adapter; or, where the function's runtime streams by itself: "
            "pulumi config set gateway:runtimeStreams true"
        )


def timeout(chosen: Chosen) -> None:
    """Nobody waits for what comes later."""
    most = STREAMED if chosen["stream"] else WHOLE
    if chosen["timeout"] > most:
        what = "streams" if chosen["stream"] else "comes whole"
        raise pulumi.RunError(
            f"gateway:timeout is {chosen['timeout']}, and an answer that "
            f"{what} may take {most} seconds at most."
        )


def shares(chosen: Chosen) -> None:
    """Percent are between 0 and 100."""
    given = {
        "candidateWeight": chosen["candidate_weight"],
        "canaryPercent": chosen["canary_percent"],
    }
    for name, percent in given.items():
        if not 0 <= percent <= 100:
            raise pulumi.RunError(
                f"gateway:{name} is {percent:g}, not a percentage. Set 0 "
                f"to 100 with: pulumi config set gateway:{name} 10"
            )


def other_model(chosen: Chosen) -> None:
    """A file that instances can fetch, and no pattern of files."""
    uri = chosen["candidate_model"]
    if uri and not S3_OBJECT.fullmatch(uri):
        raise pulumi.RunError(
            f"gateway:candidateModel is {uri!r}, not the URI of an object "
            "of S3. Upload the file and name it: pulumi config set "
            "gateway:candidateModel s3://BUCKET/model.gguf"
        )


def tags(chosen: Chosen) -> None:
    """What becomes a tag: AWS does not take every character."""
    owner, day = chosen["owner"], chosen["expires"]
    if not OWNER.fullmatch(owner):
        raise pulumi.RunError(
            f"gateway:owner is {owner!r}, and a tag takes 256 characters "
            "at most: letters, numbers, spaces and + - = . _ : / @"
        )
    if not day:
        return
    with suppress(ValueError):
        if date.fromisoformat(day).isoformat() == day:
            return
    raise pulumi.RunError(
        f"gateway:expires is {day!r}, not a day. Set one with: "
        "pulumi config set gateway:expires 2026-12-24"
    )


def homes(chosen: Chosen) -> None:
    """What needs instances, or a second pool of them."""
    most, instances = chosen["most_instances"], chosen["instances"]
    if instances > most:
        raise pulumi.RunError(
            f"gateway:instances is {instances}, and gateway:mostInstances "
            f"{most}. Allow more: "
            f"pulumi config set gateway:mostInstances {instances}"
        )
    canary, weight = chosen["canary_percent"], chosen["candidate_weight"]
    second = chosen["candidate_instances"]
    live = chosen["live_pool"] != "stable"
    needs = (
        ("candidateInstances", second, "instances", instances),
        (
            "firstBackend",
            chosen["first_backend"] == "instances",
            "instances",
            instances,
        ),
        ("canaryPercent", canary, "candidateInstances", second),
        ("candidateWeight", weight, "candidateInstances", second),
        (
            "candidateModel",
            chosen["candidate_model"],
            "candidateInstances",
            second,
        ),
        ("livePool", live, "candidateInstances", second),
    )
    for name, is_set, needed, number in needs:
        if is_set and not number:
            raise pulumi.RunError(
                f"gateway:{name} needs instances that are not there: "
                f"gateway:{needed} is 0. Set it with: "
                f"pulumi config set gateway:{needed} 1"
            )
