"""Hands to have things logged, and to read what was: log lines and metrics."""

from __future__ import annotations

import time

from tests.sandbox.server.conftest import Account, Api


def allow_logging(account: Account) -> str:
    """Give the account the role with which API Gateway writes logs."""
    write = {"Effect": "Allow", "Action": "logs:*", "Resource": "*"}
    role = account.role("apigateway.amazonaws.com", write)
    change = {"op": "replace", "path": "/cloudwatchRoleArn", "value": role}
    account.gateway.update_account(patchOperations=[change])
    return role


def update_stage(account: Account, api: Api, **changes: str) -> None:
    """Replace places of the stage v1; two underscores stand for a slash."""
    operations = [
        {"op": "replace", "path": "/" + path.replace("__", "/"), "value": value}
        for path, value in changes.items()
    ]
    account.gateway.update_stage(restApiId=api.id, stageName="v1", patchOperations=operations)


def log_to(account: Account, api: Api, group: str, text: str) -> None:
    """Have the stage v1 write its access log to a group."""
    arn = f"arn:aws:logs:us-east-1:000000000000:log-group:{group}"
    update_stage(
        account, api, accessLogSettings__destinationArn=arn, accessLogSettings__format=text
    )


def execution(account: Account, api: Api, level: str, trace: bool = False) -> None:
    """The level of the stage's execution log, for all methods."""
    changes = [
        {"op": "replace", "path": "/*/*/logging/loglevel", "value": level},
        {"op": "replace", "path": "/*/*/logging/dataTrace", "value": str(trace).lower()},
    ]
    account.gateway.update_stage(restApiId=api.id, stageName="v1", patchOperations=changes)


def lines(account: Account, group: str) -> list[str]:
    """The lines of a log group; none when it does not exist."""
    logs = account.client("logs")
    try:
        found = logs.filter_log_events(logGroupName=group)["events"]
    except logs.exceptions.ResourceNotFoundException:
        return []
    return [event["message"] for event in found]


def metric(account: Account, namespace: str, name: str, statistic: str, **dimensions: str) -> float:
    """The values that get_metric_data returns, added up."""
    now = time.time()
    asked = {
        "Metric": {
            "Namespace": namespace,
            "MetricName": name,
            "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
        },
        "Period": 3600,
        "Stat": statistic,
    }
    found = account.client("cloudwatch").get_metric_data(
        MetricDataQueries=[{"Id": "m", "MetricStat": asked}],
        StartTime=now - 3600,
        EndTime=now + 60,
    )
    return sum(found["MetricDataResults"][0]["Values"])
