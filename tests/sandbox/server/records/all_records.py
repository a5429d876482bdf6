"""Every kind of record that the provider makes."""

from __future__ import annotations

from tests.sandbox.server.records.gateway_records import APIS
from tests.sandbox.server.records.iam_records import IAM
from tests.sandbox.server.records.lambda_records import LAMBDA
from tests.sandbox.server.records.stage_records import STAGES
from tests.sandbox.server.records.watching_records import CLOUDWATCH, LOGS

CASES = (*APIS, *STAGES, *LAMBDA, *IAM, *CLOUDWATCH, *LOGS)
