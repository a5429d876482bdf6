"""CloudWatch's types: alarms and dashboards.

Log groups and metric filters, which carry CloudWatch's token too, are in sandbox.provider.logs.
"""
