"""EC2: what the emulator's launch templates take and forget."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.server.base.emulator import Answer, Record
from sandbox.server.base.query_protocol import nested, xml
from sandbox.server.machines import user_data

Params = dict[str, Any]

ec2: Any = None  # the emulator's module, once it is there

# Members that are kept and told as they were given.
KEPT = (
    "CpuOptions",
    "CreditSpecification",
    "DisableApiStop",
    "EnclaveOptions",
    "HibernationOptions",
    "KernelId",
    "MaintenanceOptions",
    "RamDiskId",
)
PLACE = "LaunchTemplateData"
DISKS = "BlockDeviceMapping"


def parse(original: Callable[..., Record]) -> Callable[..., Record]:
    def parsed(params: Record, *rest: Any) -> Record:
        data = original(params, *rest)
        for name in KEPT:
            if (found := nested(params, f"{PLACE}.{name}")) is not None:
                data[name] = found
        disks = nested(params, f"{PLACE}.{DISKS}")
        if disks:
            data["Disks"] = [disks[number] for number in sorted(disks, key=int)]
        return data

    return parsed


def checked(original: Callable[[Params], Answer]) -> Callable[[Params], Answer]:
    """User data that no instance could read is refused before there is a template."""

    def create(params: Params) -> Answer:
        data = ec2._p(params, f"{PLACE}.UserData")
        if data and user_data.malformed(data):
            text = "Invalid BASE64 encoding of user data."
            refused: Answer = ec2._error("InvalidUserData.Malformed", text, 400)
            return refused
        return original(params)

    return create


def show(original: Callable[[Record], str]) -> Callable[[Record], str]:
    def shown(data: Record) -> str:
        known, disks = dict(data), data.get("Disks")
        if disks:
            known.pop("BlockDeviceMappings", None)
        more = xml({_low(name): _told(data[name]) for name in KEPT if name in data})
        if disks:
            items = "".join(f"<item>{xml(_told(disk))}</item>" for disk in disks)
            more += f"<blockDeviceMappingSet>{items}</blockDeviceMappingSet>"
        return original(known) + more

    return shown


def _told(value: Any) -> Any:
    if isinstance(value, dict):
        return {_low(name): _told(each) for name, each in value.items()}
    return value


def _low(name: str) -> str:
    return name[0].lower() + name[1:]


def install(module: Any) -> None:
    """Put these over the emulator's calls."""
    global ec2
    ec2 = module
    calls = module._ACTION_MAP
    for name in ("CreateLaunchTemplate", "CreateLaunchTemplateVersion"):
        calls[name] = checked(calls[name])
    module._parse_lt_data = parse(module._parse_lt_data)
    module._lt_data_xml = show(module._lt_data_xml)
