"""What AWS writes down about requests: access and execution logs, metrics, alarms, traces.

Nothing here decides about a request.
"""
