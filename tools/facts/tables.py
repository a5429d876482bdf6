"""What tools.facts condenses: the measured tables, and the few facts that no measurement shows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

Json = dict[str, Any]

# Names are made of `name`, one for a type unless these say otherwise (official provider's source).
NAMES: dict[str, Json] = {
    "aws_iam_role": {"max": 64},
    "aws_lambda_function": {"max": 64},
    "aws_lambda_permission": {"property": "statementId", "max": 100},
    "aws_s3_bucket": {"property": "bucket", "max": 63, "lower": True},
    "aws_s3_object": {"property": "key", "bare": True},
    "aws_sns_topic": {"max": 80},
    "aws_lb": {"max": 32},
    "aws_lb_target_group": {"max": 32},
}
# The old one goes first when it is replaced: the new one would be the very same thing to AWS.
DELETE_FIRST = {"aws_api_gateway_integration", "aws_iam_role_policy_attachment"}
# Values whose coming or going replaces what another value would only update (official source).
REPLACING_VALUES = {("aws_api_gateway_authorizer", "type"): ["COGNITO_USER_POOLS"]}
# Text that holds JSON although no refusal shows it.
JSON_TEXT = {"aws_iam_role": ["inline_policy.policy"], "aws_s3_bucket": ["policy"]}
# Defaults that no measurement shows, because the smallest valid configuration gives the argument.
DEFAULTS: dict[str, Json] = {
    "aws_dynamodb_table": {"billing_mode": "PROVISIONED"},
}
# Arguments that came after the measured version; from the official provider's documentation.
ADDED_REPLACES = {"region", "invokedViaFunctionUrl", "tenancyConfig", "restoreBackupArn", "bucketNamespace", "quicServerId"}  # fmt: skip
ADDED_TYPES = {
    "region": "string", "responseTransferMode": "string", "integrationTarget": "string",
    "endpointAccessMode": "string", "securityPolicy": "string", "publishTo": "string",
    "sourceKmsKeyArn": "string", "codeSha256": "string", "invokedViaFunctionUrl": "bool",
    "deletionProtectionEnabled": "bool", "useResourceTimeoutForPropagation": "bool",
}  # fmt: skip
ADDED_COMPUTED = {"region", "responseTransferMode", "endpointAccessMode", "securityPolicy", "codeSha256", "deletionProtectionEnabled"}  # fmt: skip


class Tables:
    """The four files, and what they say of one type."""

    def __init__(self, folder: Path) -> None:
        def load(name: str) -> Json:
            return dict(json.loads((folder / name).read_text()))

        self.schema, self.replace = load("schema.json"), load("replace.json")
        self.defaults, self.map = load("defaults.json"), load("pulumi-map.json")

    def cases(self, terraform: str) -> list[Json]:
        """The configurations of a type that the official provider refused."""
        return [
            c for c in self.defaults["validation"] if c["type"] == terraform and not c["accepted"]
        ]
