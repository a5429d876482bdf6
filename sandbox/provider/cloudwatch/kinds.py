"""The types of CloudWatch that there are."""

from __future__ import annotations

from sandbox.provider.cloudwatch import alarms, dashboards

KINDS = (
    alarms.METRIC_ALARM,
    dashboards.DASHBOARD,
)
