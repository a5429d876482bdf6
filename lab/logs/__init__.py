"""`logs`: lines of CloudWatch Logs, fetched, redacted, filtered, and one request's own.

Nothing here writes a log or declares a log group.
"""
