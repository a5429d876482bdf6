"""What a call may raise, and how the official provider words what AWS answers.

CallError           a refusal whose text is shown to the user as it is
    AwsError        AWS's own
    TimedOut        a wait outlasted the program's `customTimeouts`
    Incomplete      a create stopped half-way (in kinds.py)
Cancelled           the deployment was interrupted
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

ONLY_ON_AWS = "the sandbox cannot carry out; leave it out here, or use the target aws"


class CallError(Exception):
    """A refusal of the provider itself; its text is shown to the user as it is."""


class AwsError(CallError):
    """A refusal of the API: what was being done, and AWS's answer in the official wording."""

    def __init__(self, doing: str, error: ClientError) -> None:
        super().__init__(f"{doing}: {describe(error)}")
        self.error = error


class TimedOut(CallError):
    """A wait took longer than the program's `customTimeouts` allow; the text lacks what for."""


class Cancelled(Exception):
    """The deployment was interrupted while a call waited."""


@contextmanager
def doing(what: str, service: str) -> Iterator[None]:
    """Put `what` before any refusal of `service` (boto3's name) in the block."""
    from botocore.exceptions import ClientError

    try:
        yield
    except ClientError as error:
        error.service = service
        raise AwsError(what, error) from error


def describe(error: ClientError) -> str:
    """Word an answer of the API as the official provider's client does."""
    from botocore.exceptions import ClientError

    answer = error.response.get("ResponseMetadata", {})
    detail = error.response.get("Error", {})
    service = getattr(error, "service", "")
    # Go's client tells a code that the model does not have for the call as an "api error".
    code = detail.get("Code", "Unknown")
    known = (
        code in _codes(service, error.operation_name) if service else type(error) is not ClientError
    )
    unknown = "" if known else "api error "
    return (
        f"operation error {SERVICE_NAMES.get(service, service)}: {error.operation_name}, "
        f"https response error StatusCode: {answer.get('HTTPStatusCode', 0)}, "
        f"RequestID: {answer.get('RequestId', '')}, "
        f"{unknown}{code}: {detail.get('Message', '')}"
    )


@functools.cache
def _codes(service: str, operation: str) -> frozenset[str]:
    """The codes of the errors that a call has by its service's model."""
    from botocore.loaders import Loader

    model = Loader().load_service_model(service, "service-2")
    shapes = [each["shape"] for each in model["operations"][operation].get("errors", ())]
    told = (model["shapes"][shape].get("error", {}).get("code", shape) for shape in shapes)
    return frozenset(told)


SERVICE_NAMES = {
    "apigateway": "API Gateway",
    "apigatewayv2": "ApiGatewayV2",
    "autoscaling": "Auto Scaling",
    "cloudwatch": "CloudWatch",
    "cognito-idp": "Cognito Identity Provider",
    "dynamodb": "DynamoDB",
    "ec2": "EC2",
    "elbv2": "Elastic Load Balancing v2",
    "iam": "IAM",
    "lambda": "Lambda",
    "logs": "CloudWatch Logs",
    "s3": "S3",
    "secretsmanager": "Secrets Manager",
    "ssm": "SSM",
    "sts": "STS",
    "wafv2": "WAFV2",
}


def duration(seconds: float) -> str:
    """A duration as Go writes it: `1m30s`."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h" * bool(hours) + f"{minutes}m" * bool(hours or minutes) + f"{rest}s"
