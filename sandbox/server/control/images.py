"""EC2 and Systems Manager: Amazon Linux's images, whose ids public parameters tell.

The emulator has no image for Arm processors, and none tells when it was made. The ids are no real
ones: AWS has others, in each Region and for each edition.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.server.base.emulator import Answer, Record

OWNER = "137112412989"  # Amazon Linux's account
# id -> name, architecture, and what public parameters call it.
IMAGES = {
    "ami-0a2023a64b1c2d3e4": (
        "al2023-ami-2023.6.20241010.0-kernel-6.1-arm64",
        "arm64",
        "al2023-ami-kernel-default-arm64",
    ),
    "ami-0c2023a1b2c3d4e5f": (
        "al2023-ami-2023.6.20241010.0-kernel-6.1-x86_64",
        "x86_64",
        "al2023-ami-kernel-default-x86_64",
    ),
}
PARAMETERS = "/aws/service/ami-amazon-linux-latest/"
CREATED = "2024-10-11T00:00:00.000Z"


def _view(original: Callable[..., Record]) -> Callable[..., Record]:
    def view(id: str, *about: Any) -> Record:
        found = original(id, *about)
        if id in IMAGES:
            found["Architecture"] = IMAGES[id][1]
        return found

    return view


def _described(original: Callable[[Any], Answer]) -> Callable[[Any], Answer]:
    """What the emulator tells of images, and what it leaves out: when they were made, and networks."""
    more = (
        f"<creationDate>{CREATED}</creationDate><enaSupport>true</enaSupport>"
        "<bootMode>uefi-preferred</bootMode><sriovNetSupport>simple</sriovNetSupport>"
        "<platformDetails>Linux/UNIX</platformDetails><usageOperation>RunInstances</usageOperation>"
        "<hypervisor>xen</hypervisor>"
    ).encode()

    def describe(params: Any) -> Answer:
        status, headers, body = original(params)
        return status, headers, body.replace(b"<hypervisor>xen</hypervisor>", more)

    return describe


def _install_images(ec2: Any) -> None:
    known = {stub[0] for stub in ec2._STUB_AMIS}
    for id, (name, _, _) in IMAGES.items():
        if id not in known:
            about = (name, "Amazon Linux 2023 AMI", "", "/dev/xvda", OWNER, "amazon")
            ec2._STUB_AMIS.append((id, *about))
    ec2._stub_image_view = _view(ec2._stub_image_view)
    ec2._ACTION_MAP["DescribeImages"] = _described(ec2._ACTION_MAP["DescribeImages"])


def install(module: Any) -> None:
    """Put these into EC2's or Systems Manager's part of the emulator."""
    if hasattr(module, "_STUB_AMIS"):
        _install_images(module)
    else:
        names = {PARAMETERS + parameter: id for id, (_, _, parameter) in IMAGES.items()}
        module._PUBLIC_AMI_PARAMETERS.update(names)
