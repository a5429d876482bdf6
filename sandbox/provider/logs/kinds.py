"""The types of CloudWatch Logs that there are."""

from __future__ import annotations

from sandbox.provider.logs import groups, metric_filters

KINDS = (
    groups.LOG_GROUP,
    metric_filters.LOG_METRIC_FILTER,
)
