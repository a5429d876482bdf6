"""What API Gateway refuses about integrations with a VPC link.

The sentence about a missing target is AWS's (terraform-provider-aws, issue 45230; it ends with the
link's id in others' records), that about an unknown V1 link that of its other calls. The rest is in
their likeness.
"""

from __future__ import annotations

from sandbox.server.base import vpc_links
from sandbox.server.base.emulator import Record
from sandbox.server.base.refusals import Refused

# The parts of an integration that are looked at together.
NAMES = ("type", "connectionType", "connectionId", "integrationTarget")


def check(integration: Record) -> None:
    """Look at an integration as it is to be; stage variables may stand for any part of it.

    Raises:
        Refused: AWS would refuse it.
    """
    link, target = integration.get("connectionId"), integration.get("integrationTarget") or ""
    if integration.get("connectionType") != "VPC_LINK":
        return
    if integration.get("type") not in ("HTTP", "HTTP_PROXY"):
        raise Refused("VPC_LINK is only supported for HTTP and HTTP_PROXY integrations")
    if not link:
        raise Refused("ConnectionId is required for connection type VPC_LINK")
    if "${" not in link:
        if vpc_links.find_second(link) is None and vpc_links.find_first(link) is None:
            raise Refused("Invalid Vpc Link identifier specified")
        if vpc_links.find_second(link) is not None and not target:
            raise Refused(f"IntegrationTarget is required for VpcLinkV2 {link}")
        if vpc_links.find_first(link) is not None and target:
            raise Refused("IntegrationTarget is only supported for VpcLinkV2")
    if target and "${" not in target:
        if not vpc_links.BALANCER_ARN.fullmatch(target):
            raise Refused(
                "IntegrationTarget must be the ARN of an Application or a Network Load Balancer"
            )
        if vpc_links.balancer(target) is None:
            raise Refused(f"Load balancer '{target}' not found")
