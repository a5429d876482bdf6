"""The types of EC2 Auto Scaling that there are."""

from __future__ import annotations

from sandbox.provider.autoscaling import groups

KINDS = (groups.GROUP,)
