"""What was measured on the official provider, as tests use it: Terraform's names and raw tables.

The provider reads facts.json, which tools/facts condenses from the same measurements. These
tests take another way: the raw tables, of the types of chapters 0 to 6, copied by
`python -m tests.sandbox.provider.measured FOLDER`, with their own translation into Pulumi's names.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

Json = dict[str, Any]
FILE = Path(__file__).with_name("measured.json")
SHARED = Path(__file__).parents[4] / "shared" / "aws-provider-facts"
TYPES = (
    "aws_iam_role",
    "aws_iam_role_policy",
    "aws_iam_role_policy_attachment",
    "aws_lambda_function",
    "aws_lambda_permission",
    "aws_api_gateway_rest_api",
    "aws_api_gateway_rest_api_policy",
    "aws_api_gateway_resource",
    "aws_api_gateway_method",
    "aws_api_gateway_integration",
    "aws_api_gateway_deployment",
    "aws_api_gateway_stage",
    "aws_cloudwatch_log_group",
    "aws_api_gateway_method_response",
    "aws_api_gateway_integration_response",
    "aws_api_gateway_gateway_response",
    "aws_api_gateway_method_settings",
    "aws_api_gateway_account",
    "aws_api_gateway_api_key",
    "aws_api_gateway_usage_plan",
    "aws_api_gateway_usage_plan_key",
    "aws_api_gateway_authorizer",
    "aws_api_gateway_request_validator",
    "aws_api_gateway_model",
    "aws_api_gateway_vpc_link",
    "aws_lambda_alias",
    "aws_lambda_layer_version",
    "aws_lambda_provisioned_concurrency_config",
    "aws_cloudwatch_metric_alarm",
    "aws_cloudwatch_dashboard",
    "aws_cloudwatch_log_metric_filter",
    "aws_dynamodb_table",
    "aws_cognito_user_pool",
    "aws_cognito_user_pool_client",
    "aws_cognito_resource_server",
    "aws_cognito_user_pool_domain",
    "aws_s3_bucket",
    "aws_s3_object",
    "aws_ssm_parameter",
    "aws_secretsmanager_secret",
    "aws_secretsmanager_secret_version",
    "aws_lb",
    "aws_lb_target_group",
    "aws_lb_target_group_attachment",
    "aws_lb_listener",
    "aws_wafv2_web_acl_association",
)
ZIP = {"4dabf18193072939515e22adb298388d": "0def7320c3a5731c473e5ecbe6d01bc7"}


def copied(folder: Path, types: tuple[str, ...] = TYPES) -> Json:
    """The tables of some types from the folder of measurements."""

    def load(name: str) -> Json:
        return dict(json.loads((folder / name).read_text()))

    schema, replace = load("schema.json"), load("replace.json")
    defaults, names = load("defaults.json"), load("pulumi-map.json")
    return {
        type: {
            "token": names["resources"][type]["token"],
            "names": names["resources"][type]["map_in"],
            "schema": schema["resources"][type],
            "replace": replace["resources"][type],
            "smallest": defaults["defaults"][type]["smallest_valid_config"],
            "defaults": defaults["defaults"][type]["planned_by_default"],
            "nested": defaults["defaults"][type].get("nested_defaults_when_block_present", {}),
            "cases": [c for c in defaults["validation"] if c["type"] == type],
        }
        for type in types
    }


def load() -> Json:
    """The tables of the types of chapters 0 to 6."""
    return dict(json.loads(FILE.read_text()))


def to_pulumi(names: Json, schema: Json, config: Json) -> Json:
    """A Terraform configuration as a Pulumi program would write it."""
    found: Json = {}
    for name, value in config.items():
        if name not in names or value is None:
            continue
        entry = names[name]
        block = schema.get("blocks", {}).get(name)
        if block is not None:
            items = [to_pulumi(entry["members"], block, item) for item in value]
            value = items[0] if entry.get("max_items_one") and items else items
        elif entry.get("asset"):
            value = {**ZIP, "hash": str(value), "path": str(value)}
        elif entry.get("max_items_one") and isinstance(value, list):
            value = value[0]
        found[entry["pulumi"]] = value
    return found


def attribute(schema: Json, path: str) -> Json | None:
    """The schema of an attribute by dotted path, None for a block."""
    *blocks, last = path.split(".")
    for block in blocks:
        schema = schema["blocks"][block]
    return schema["attributes"].get(last)


def sample(type: Any, second: bool) -> Any:
    """A value of a Terraform type, one of two that differ."""
    word, number = ("beta", 12) if second else ("alpha", 11)
    if isinstance(type, list):
        kind, element = type
        return {"key": sample(element, second)} if kind == "map" else [sample(element, second)]
    return {"string": word, "number": number, "bool": not second}[type]


def block_sample(schema: Json) -> Json:
    """The smallest content of a block: what is required in it."""
    content = {
        n: sample(a["type"], False) for n, a in schema["attributes"].items() if a.get("required")
    }
    for name, block in schema.get("blocks", {}).items():
        if block.get("min_items"):
            content[name] = [block_sample(block)]
    return content


def with_value(config: Json, schema: Json, path: str, value: Any) -> Json:
    """The configuration with a value at a dotted path; blocks on the way are made."""
    name, _, rest = path.partition(".")
    if not rest:
        return {**config, name: value}
    block = schema["blocks"][name]
    inner = (config.get(name) or [block_sample(block)])[0]
    return {**config, name: [with_value(inner, block, rest, value)]}


if __name__ == "__main__":
    FILE.write_text(json.dumps(copied(Path(sys.argv[1])), sort_keys=True, indent=0) + "\n")
