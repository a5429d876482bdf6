"""A policy for a log group's streams, `log-group:NAME:*`, lets its lines be written, and no others."""

import boto3
import pytest
from botocore.exceptions import ClientError


def writer(account, allowed):
    """CloudWatch Logs as a role sees it that may write to one group."""
    rights = {
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": f"arn:aws:logs:us-east-1:000000000000:log-group:{allowed}:*",
    }
    role = account.role("lambda.amazonaws.com", rights)
    keys = account.client("sts").assume_role(RoleArn=role, RoleSessionName="writer")["Credentials"]
    return boto3.client(
        "logs",
        endpoint_url=account.running.endpoint,
        region_name="us-east-1",
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )


def test_whoever_may_write_to_the_streams_of_a_group_makes_and_fills_one(account):
    logs = account.client("logs")
    for group in ("of-ours", "of-others"):
        logs.create_log_group(logGroupName=group)
    allowed = writer(account, "of-ours")
    allowed.create_log_stream(logGroupName="of-ours", logStreamName="one")
    lines = [{"timestamp": 1_795_000_000_000, "message": "a line"}]
    allowed.put_log_events(logGroupName="of-ours", logStreamName="one", logEvents=lines)
    assert logs.get_log_events(logGroupName="of-ours", logStreamName="one")["events"]
    with pytest.raises(ClientError, match=r"log-group:of-others:log-stream:one"):
        allowed.create_log_stream(logGroupName="of-others", logStreamName="one")
    for group in ("of-ours", "of-others"):
        logs.delete_log_group(logGroupName=group)
