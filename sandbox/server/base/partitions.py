"""Which partition of AWS a Region is in: the second part of its ARNs."""

from __future__ import annotations

# By how the Regions' names begin; all others are in `aws`.
PARTITIONS = {
    "cn-": "aws-cn",
    "us-gov-": "aws-us-gov",
    "eusc-": "aws-eusc",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
    "eu-isoe-": "aws-iso-e",
    "us-isof-": "aws-iso-f",
}


def of(region: str) -> str:
    """The partition of a Region, such as `aws` or `aws-cn`."""
    return next((name for start, name in PARTITIONS.items() if region.startswith(start)), "aws")
