"""CloudWatch Logs' types: log groups and metric filters; both carry CloudWatch's token.

No line of a log is read or written here.
"""
