"""CloudWatch Logs' types: log groups.

Metric filters carry CloudWatch's token and are in sandbox.provider.cloudwatch.
"""
