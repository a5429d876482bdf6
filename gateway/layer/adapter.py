"""The layer of the Lambda Web Adapter that AWS publishes, by Region.

From the adapter's repository as it was on 2026-03-27, with release 1.0.0:
the ARNs of docs/guide/src/getting-started/zip-packages.md, the Regions of
.github/workflows/prod.json. That it is not in AWS GovCloud is its issue
277. https://github.com/aws/aws-lambda-web-adapter
"""

from __future__ import annotations

VERSION = 27  # of the layer: the release 1.0.0
NAMES = {
    "x86_64": "LambdaAdapterLayerX86",
    "arm64": "LambdaAdapterLayerArm64",
}
ACCOUNT = "753240598075"  # in all Regions but those of China
# How many Regions there are in each part of the world; all from 1 on.
PARTS = {
    "af-south": 1,
    "ap-east": 2,
    "ap-northeast": 3,
    "ap-south": 2,
    "ap-southeast": 7,
    "ca-central": 1,
    "ca-west": 1,
    "eu-central": 2,
    "eu-north": 1,
    "eu-south": 2,
    "eu-west": 3,
    "il-central": 1,
    "me-central": 1,
    "mx-central": 1,
    "sa-east": 1,
    "us-east": 2,
    "us-west": 2,
}
REGIONS = {
    f"{part}-{number}"
    for part, most in PARTS.items()
    for number in range(1, most + 1)
}
# Each Region of China has its own account, and x86_64 alone.
CHINA = {"cn-north-1": "041581134020", "cn-northwest-1": "069767869989"}


def published_adapter(region: str, architecture: str) -> str | None:
    """The layer's ARN in a Region; None where AWS publishes none."""
    place = f"lambda:{region}"
    layer = f"layer:{NAMES[architecture]}:{VERSION}"
    if region in REGIONS:
        return f"arn:aws:{place}:{ACCOUNT}:{layer}"
    if region in CHINA and architecture == "x86_64":
        return f"arn:aws-cn:{place}:{CHINA[region]}:{layer}"
    return None
