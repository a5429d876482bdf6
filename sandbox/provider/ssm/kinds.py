"""The types of Systems Manager that there are."""

from __future__ import annotations

from sandbox.provider.ssm import parameters

KINDS = (parameters.PARAMETER,)
