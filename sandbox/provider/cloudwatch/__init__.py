"""CloudWatch's types: alarms, dashboards, metric filters.

Log groups are in sandbox.provider.logs.
"""
