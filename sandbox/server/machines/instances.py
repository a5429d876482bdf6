"""EC2's instances: those that run here are told as such, ended, and their logs are shown."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.server.base import emulator, security_groups
from sandbox.server.base.emulator import Answer, Record
from sandbox.server.machines import credentials, fleet
from sandbox.server.machines.machine import Machine

Params = dict[str, Any]
Call = Callable[[Params], Answer]

ec2: Any = None  # the emulator's module, once it is there
OURS = "KitMachine"  # marks the record of an instance that is a process
STATES = {"pending": 0, "running": 16, "shutting-down": 32, "terminated": 48}


@dataclass(frozen=True)
class Wanted:
    """An instance to launch."""

    subnet: str
    image: str = "ami-00000000"
    type: str = "t3.micro"
    groups: tuple[str, ...] = ()
    user_data: str = ""  # in base64
    profile: Record | None = None  # `Arn` or `Name`
    key: str = ""
    tags: tuple[tuple[str, str], ...] = field(default=())


def launch(wanted: Wanted) -> str:
    """Launch an instance; its id.

    Raises:
        TooMany: there are as many instances as there may be.
    """
    subnet = ec2._subnets[wanted.subnet]
    address = fleet.place(subnet["CidrBlock"])
    profile = wanted.profile or {}
    known, _ = ec2._resolve_iam_instance_profile(
        iam_arn=profile.get("Arn", ""), iam_name=profile.get("Name", ""), allow_missing=True
    )
    (record,) = ec2._launch_instances_internal(
        image_id=wanted.image,
        instance_type=wanted.type,
        subnet_id=wanted.subnet,
        count=1,
        key_name=wanted.key,
        user_data=wanted.user_data,
        sg_ids=list(wanted.groups) or security_groups.of_vpc([wanted.subnet]),
        requested_private_ip=address.private,
        iam_profile=known,
    )
    zone = subnet["AvailabilityZone"]
    record |= {OURS: True, "VpcId": subnet["VpcId"]}
    record["Placement"] = {**record["Placement"], "AvailabilityZone": zone}
    id = str(record["InstanceId"])
    ec2._tags[id] = [{"Key": key, "Value": value} for key, value in wanted.tags]
    keys = credentials.of(id, known)
    region = emulator.responses.get_region()
    machine = fleet.add(id, address)
    objects = credentials.Objects(keys, region)
    environment = {**credentials.environment(region), **keys}
    machine.begin(wanted.user_data, environment, objects.download)
    return id


def find(id: str) -> Record | None:
    """The record of an instance."""
    found: Record | None = ec2._instances.get(id)
    return found


def terminate(id: str) -> None:
    """Shut an instance down; its record says when it is gone."""
    record, machine = ec2._instances.get(id), fleet.find(id)
    if record is None:
        return
    _set(record, "shutting-down" if machine else "terminated")
    _drop_disks(record)
    if machine:
        machine.end(lambda: _set(record, "terminated"))


def _drop_disks(record: Record) -> None:
    """An instance's disks are deleted with it."""
    for disk in record.get("BlockDeviceMappings") or ():
        ec2._volumes.pop(disk["Ebs"]["VolumeId"], None)


def _set(record: Record, state: str) -> None:
    record["State"] = {"Code": STATES[state], "Name": state}
    if state == "terminated":
        record["_terminated_at"] = time.time()


# Calls


def terminate_call(original: Call) -> Call:
    """What the emulator says, and the processes end."""

    def call(params: Params) -> Answer:
        ids = ec2._parse_member_list(params, "InstanceId")
        answer = original(params)
        if answer[0] != 200:
            return answer
        for id in ids:
            if fleet.find(id):
                terminate(id)
        return answer[0], answer[1], _shutting_down(answer[2], ids)

    return call


def _shutting_down(body: bytes, ids: list[str]) -> bytes:
    """Those that run here take a moment to end: they are not terminated yet."""
    now = b"<currentState><code>48</code><name>terminated</name></currentState>"
    then = b"<currentState><code>32</code><name>shutting-down</name></currentState>"
    return body.replace(now, then) if any(fleet.find(id) for id in ids) else body


def unchanged(original: Call, doing: str) -> Call:
    """Stop, start, reboot: not of an instance that is a process."""

    def call(params: Params) -> Answer:
        ids = ec2._parse_member_list(params, "InstanceId")
        if any(fleet.find(id) for id in ids):
            text = f"The sandbox cannot {doing} an instance: terminate it, its group starts another"
            refused: Answer = ec2._error("UnsupportedOperation", text, 400)
            return refused
        return original(params)

    return call


def console_output(params: Params) -> Answer:
    """GetConsoleOutput: the log of an instance's boot and of its programs."""
    id = ec2._p(params, "InstanceId")
    if id not in ec2._instances:
        text = f"The instance ID '{id}' does not exist"
        refused: Answer = ec2._error("InvalidInstanceID.NotFound", text, 400)
        return refused
    machine: Machine | None = fleet.find(id)
    text = base64.b64encode((machine.console() if machine else "").encode()).decode()
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
    inner = f"<instanceId>{id}</instanceId><timestamp>{stamp}</timestamp><output>{text}</output>"
    answer: Answer = ec2._xml(200, "GetConsoleOutputResponse", inner)
    return answer


def diagnostic_interrupt(params: Params) -> Answer:
    """SendDiagnosticInterrupt: the kernel panics, if it is told to; here, it always is."""
    id = ec2._p(params, "InstanceId")
    machine: Machine | None = fleet.find(id)
    if machine is None:
        text = f"The instance ID '{id}' does not exist"
        refused: Answer = ec2._error("InvalidInstanceID.NotFound", text, 400)
        return refused
    machine.crash()
    answer: Answer = ec2._xml(200, "SendDiagnosticInterruptResponse", "<return>true</return>")
    return answer


def _restored(original: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Instances do not survive a stop of the sandbox: those that were saved are gone."""

    def load(data: Any) -> Any:
        done = original(data)
        for (account, region, id), record in list(ec2._instances._data.items()):
            if record.get(OURS):
                with emulator.responses.request_scope(account, region):
                    _drop_disks(record)
                    del ec2._instances[id]
        return done

    return load


def _reset(original: Callable[[], None]) -> Callable[[], None]:
    def reset() -> None:
        fleet.end_all()
        original()

    return reset


def install(module: Any) -> None:
    """Put these over the emulator's calls."""
    global ec2
    ec2 = module
    module.load_persisted_state = _restored(module.load_persisted_state)
    module.reset = _reset(module.reset)
    calls = module._ACTION_MAP
    calls["GetConsoleOutput"] = console_output
    calls["SendDiagnosticInterrupt"] = diagnostic_interrupt
    calls["TerminateInstances"] = terminate_call(calls["TerminateInstances"])
    for name, doing in (
        ("StopInstances", "stop"),
        ("StartInstances", "start"),
        ("RebootInstances", "reboot"),
    ):
        calls[name] = unchanged(calls[name], doing)
