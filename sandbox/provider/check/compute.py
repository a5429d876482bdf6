"""Refusals of EC2 and Auto Scaling that no single argument tells: the official provider's and AWS's.

AWS itself judges user data and instance types when it is asked; here they are known before, so that
nothing is half made. Its words are those of public records.
"""

from __future__ import annotations

import base64
import binascii
import functools
import ipaddress
from collections.abc import Iterator
from typing import Any

from sandbox.provider.core.wire import UNKNOWN

Values = dict[str, Any]
Refusal = tuple[str, str]
USER_DATA = 16_384  # bytes before coding


def template(inputs: Values) -> Iterator[Refusal]:
    """Launch templates."""
    text = inputs.get("userData")
    if isinstance(text, str) and text:
        try:
            data = base64.b64decode("".join(text.split()), validate=True)
        except (binascii.Error, ValueError):
            yield (
                "userData",
                "InvalidUserData.Malformed: Invalid BASE64 encoding of user data.",
            )
        else:
            if len(data) > USER_DATA:
                sentence = f"InvalidParameterValue: User data is limited to {USER_DATA} bytes"
                yield "userData", f"{sentence}, and this has {len(data)}"
    kind = inputs.get("instanceType")
    if isinstance(kind, str) and kind and kind not in _instance_types():
        yield "instanceType", f"InvalidParameterValue: Invalid value '{kind}' for InstanceType."


@functools.cache
def _instance_types() -> frozenset[str]:
    """All that this version of boto3 knows."""
    from botocore.loaders import Loader

    model = Loader().load_service_model("ec2", "service-2")
    return frozenset(model["shapes"]["InstanceType"]["enum"])


# Rules of security groups

SOURCES = {
    "cidrIpv4": "cidr_ipv4",
    "cidrIpv6": "cidr_ipv6",
    "prefixListId": "prefix_list_id",
    "referencedSecurityGroupId": "referenced_security_group_id",
}


def group_rule(inputs: Values) -> Iterator[Refusal]:
    """A rule has one source, and a network is written by its first address."""
    given = [name for name in SOURCES if inputs.get(name) is not None]
    if len(given) != 1:
        listed = ",".join(SOURCES.values())
        head = "Invalid Attribute Combination" if given else "Missing Attribute Configuration"
        yield "", f"{head}\n\nExactly one of these attributes must be configured: [{listed}]"
    for name, version in (("cidrIpv4", 4), ("cidrIpv6", 6)):
        value = inputs.get(name)
        if isinstance(value, str) and not _is_network(value, version):
            sentence = (
                f"Attribute {SOURCES[name]} value must be a valid IPv{version} CIDR that represents "
                f"a network address, got: {value}"
            )
            yield name, f"Invalid Attribute Value\n\n{sentence}"


def _is_network(text: str, version: int) -> bool:
    try:
        return "/" in text and ipaddress.ip_network(text).version == version
    except ValueError:
        return False


# Scaling policies

SIMPLE, STEP, TRACKING = "SimpleScaling", "StepScaling", "TargetTrackingScaling"
# Argument, the types that take it, whether 0 passes elsewhere, and whether those types need it.
ONLY = (
    ("cooldown", "cooldown", (SIMPLE,), False),
    ("estimatedInstanceWarmup", "estimated_instance_warmup", (STEP, TRACKING), False),
    ("scalingAdjustment", "scaling_adjustment", (SIMPLE,), True),
    ("stepAdjustments", "step_adjustment", (STEP,), True),
    ("targetTrackingConfiguration", "target_tracking_configuration", (TRACKING,), True),
)


def scaling_policy(inputs: Values) -> Iterator[Refusal]:
    """What policies of each type have, and have not."""
    kind = inputs.get("policyType") or SIMPLE
    if kind is UNKNOWN:
        return
    for name, terraform, kinds, needed in ONLY:
        value = inputs.get(name)
        if value and value is not UNKNOWN and kind not in kinds:
            shown = " and ".join(kinds)
            yield name, f"{terraform} is only supported for policy type {shown}"
        elif needed and kind in kinds and value in (None, [], {}):
            yield name, f"{terraform} is required for policy type {kind}"
    tracking = inputs.get("targetTrackingConfiguration")
    if isinstance(tracking, dict):
        both = ("predefinedMetricSpecification", "customizedMetricSpecification")
        if all(tracking.get(name) for name in both):
            place = "target_tracking_configuration.0."
            names = [
                f"{place}predefined_metric_specification",
                f"{place}customized_metric_specification",
            ]
            yield (
                f"targetTrackingConfiguration.{both[0]}",
                f'Conflicting configuration arguments. "{names[0]}": conflicts with {names[1]}',
            )
