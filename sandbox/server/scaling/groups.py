"""Auto Scaling groups: what the emulator's forget, and what AWS refuses. capacity.py runs them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.server.base import emulator
from sandbox.server.base.emulator import Answer, Record
from sandbox.server.base.query_protocol import nested
from sandbox.server.base.query_protocol import xml as tree
from sandbox.server.scaling import capacity, launch_plans
from sandbox.server.scaling.attachments import done, no_group

Params = dict[str, Any]
Call = Callable[[Params], Answer]

asg: Any = None  # the emulator's module, once it is there

# Members that a group keeps as they were given, and what kind of value each is.
NUMBERS = ("DefaultInstanceWarmup", "MaxInstanceLifetime")
FLAGS = ("CapacityRebalance",)
TEXTS = ("Context", "DesiredCapacityType", "PlacementGroup", "ServiceLinkedRoleARN")
TREES = ("InstanceMaintenancePolicy",)
# How an update says that one of them is not set any more.
NOTHING = {
    "DefaultInstanceWarmup": -1,
    "InstanceMaintenancePolicy": {"MaxHealthyPercentage": "-1", "MinHealthyPercentage": "-1"},
    "MaxInstanceLifetime": 0,
}
LISTS = ("LoadBalancerNames", "TargetGroupARNs", "TrafficSources")
# What a group is told with, in a description.
SHOWN = [
    "AutoScalingGroupName",
    "AutoScalingGroupARN",
    "MinSize",
    "MaxSize",
    "DesiredCapacity",
    "DefaultCooldown",
    "AvailabilityZones",
    "HealthCheckType",
    "HealthCheckGracePeriod",
    "CreatedTime",
    "VPCZoneIdentifier",
    "TerminationPolicies",
    "NewInstancesProtectedFromScaleIn",
    "Instances",
    "SuspendedProcesses",
    "EnabledMetrics",
]


# Groups


def create(original: Call) -> Call:
    def call(params: Params) -> Answer:
        name = asg._p(params, "AutoScalingGroupName")
        if name in asg._asgs:
            return _taken(name)
        answer = original(params)
        group = asg._asgs.get(name)
        if answer[0] != 200 or group is None:
            return answer
        _keep(group, params)
        _set_places(group)
        if refused := launch_plans.refusal(group) or _sizes_refusal(group):
            asg._delete_asg(params)
            return _refuse(refused)
        role = "aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
        account = emulator.responses.get_account_id()
        if not group.get("ServiceLinkedRoleARN"):
            group["ServiceLinkedRoleARN"] = f"arn:aws:iam::{account}:role/{role}"
        for number, hook in enumerate(nested(params, "LifecycleHookSpecificationList") or (), 1):
            made = hook.get("LifecycleHookName") or f"hook-{number}"
            asg._hooks[f"{name}/{made}"] = asg._hook_record(name, made, hook)
        wanted = group["DesiredCapacity"]
        capacity.explain(
            group,
            "a user request created an AutoScalingGroup changing the desired capacity from 0 to "
            f"{wanted}.",
        )
        capacity.look(group)
        return answer

    return call


def update(original: Call) -> Call:
    def call(params: Params) -> Answer:
        name = asg._p(params, "AutoScalingGroupName")
        group = asg._asgs.get(name)
        if group is None:
            return original(params)
        before = dict(group)
        _keep(group, params)
        policies = asg._parse_member_list(params, "TerminationPolicies")
        zones = asg._parse_member_list(params, "AvailabilityZones")
        group |= {"TerminationPolicies": policies} if policies else {}
        group |= {"AvailabilityZones": zones} if zones else {}
        protected = asg._p(params, "NewInstancesProtectedFromScaleIn")
        if protected:
            group["NewInstancesProtectedFromScaleIn"] = protected == "true"
        # An empty text is no placement group and no context any more.
        for member in ("Context", "PlacementGroup"):
            if member in params and not asg._p(params, member):
                group.pop(member, None)
        answer = original(params)
        if not asg._p(params, "DesiredCapacity"):
            # New limits take the desired capacity with them.
            least, most = group["MinSize"], group["MaxSize"]
            group["DesiredCapacity"] = max(least, min(most, group["DesiredCapacity"]))
        _set_places(group)
        if refused := launch_plans.refusal(group) or _sizes_refusal(group):
            group.clear()
            group |= before
            return _refuse(refused)
        _explain_update(group, before)
        capacity.look(group)
        return answer

    return call


def _explain_update(group: Record, before: Record) -> None:
    old, new = before["DesiredCapacity"], group["DesiredCapacity"]
    if old == new:
        group.pop("KitRetry", None)
        return
    limits = f"min: {group['MinSize']}, max: {group['MaxSize']}, desired: {new}"
    capacity.explain(
        group,
        f"a user request update of AutoScalingGroup constraints to {limits} changing the desired "
        f"capacity from {old} to {new}.",
    )


def _set_places(group: Record) -> None:
    if launch_plans.subnets(group):
        group["AvailabilityZones"] = launch_plans.zones(group)


def _sizes_refusal(group: Record) -> str:
    least, most, wanted = group["MinSize"], group["MaxSize"], group["DesiredCapacity"]
    if least > most:
        return f"Max bound, {most}, must be greater than or equal to min bound, {least}"
    if not least <= wanted <= most:
        return (
            f"Desired capacity:{wanted} must be between the specified min size:{least} and max "
            f"size:{most}"
        )
    return ""


def _refuse(text: str) -> Answer:
    refused: Answer = asg._error("ValidationError", text)
    return refused


def _taken(name: str) -> Answer:
    text = (
        "AutoScalingGroup by this name already exists - A group with the name "
        f"{name} already exists"
    )
    refused: Answer = asg._error("AlreadyExists", text)
    return refused


def delete(original: Call) -> Call:
    """A group that has instances is deleted by force alone."""

    def call(params: Params) -> Answer:
        name = asg._p(params, "AutoScalingGroupName")
        group = asg._asgs.get(name)
        if group is None:
            return no_group(params)
        if group["Instances"] and asg._p(params, "ForceDelete") != "true":
            text = (
                "You cannot delete an AutoScalingGroup while there are instances or pending Spot "
                "instance request(s) still in the group."
            )
            refused: Answer = asg._error("ResourceInUse", text)
            return refused
        capacity.scatter(group)
        return original(params)

    return call


def _keep(group: Record, params: Params) -> None:
    """Keep what a request says and the emulator drops."""
    for name in NUMBERS:
        if asg._p(params, name):
            group[name] = int(asg._p(params, name))
    for name in FLAGS:
        if asg._p(params, name):
            group[name] = asg._p(params, name) == "true"
    for name in TEXTS:
        if asg._p(params, name):
            group[name] = asg._p(params, name)
    for name in (*TREES, *LISTS):
        if found := nested(params, name):
            group[name] = found
    for name, nothing in NOTHING.items():
        if group.get(name) == nothing:
            group.pop(name)
    template = nested(params, "LaunchTemplate")
    if template:
        group["LaunchTemplate"] = _template(template)
        group["LaunchConfigurationName"] = ""
    elif asg._p(params, "LaunchConfigurationName"):
        group["LaunchConfigurationName"] = asg._p(params, "LaunchConfigurationName")
        group["LaunchTemplate"] = {}


def _template(asked: Record) -> Record:
    """A launch template by its id and its name; the version stays as it was given."""
    found = launch_plans.record(asked)
    names = ("LaunchTemplateId", "LaunchTemplateName")
    known = {name: (found or asked).get(name) or asked.get(name, "") for name in names}
    return {**known, "Version": asked.get("Version") or "$Default"}


def describe(params: Params) -> Answer:
    names = asg._parse_member_list(params, "AutoScalingGroupNames")
    groups = [_shown(group) for name, group in asg._asgs.items() if not names or name in names]
    told = tree({"DescribeAutoScalingGroupsResult": {"AutoScalingGroups": groups}})
    answer: Answer = asg._xml(200, "DescribeAutoScalingGroupsResponse", told)
    return answer


def _shown(group: Record) -> Record:
    members = (*SHOWN, *NUMBERS, *FLAGS, *TEXTS, *TREES, *LISTS)
    found = {name: group[name] for name in members if name in group and name != "Instances"}
    found["Instances"] = [_instance(each) for each in group["Instances"]]
    for name in ("LaunchTemplate", "LaunchConfigurationName"):
        if group.get(name):
            found[name] = group[name]
    found["Tags"] = group.get("Tags") or []
    return found


def _instance(found: Record) -> Record:
    # Neither an empty template nor an empty name is told, nor what only we know of it.
    told = {name: value for name, value in found.items() if not name.startswith("Kit")}
    return {name: value for name, value in told.items() if value not in ({}, "")}


# Instances


def protect(params: Params) -> Answer:
    group = asg._asgs.get(asg._p(params, "AutoScalingGroupName"))
    if group is None:
        return no_group(params)
    ids = asg._parse_member_list(params, "InstanceIds")
    for instance in group["Instances"]:
        if instance["InstanceId"] in ids:
            instance["ProtectedFromScaleIn"] = asg._p(params, "ProtectedFromScaleIn") == "true"
    capacity.look(group)
    return done("SetInstanceProtection")


def restored(original: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Instances do not survive a stop of the sandbox: groups that were saved launch new ones."""

    def load(data: Any) -> Any:
        done = original(data)
        for (account, region, _), group in list(asg._asgs._data.items()):
            with emulator.responses.request_scope(account, region):
                group["Instances"] = []
                capacity.explain(group, "the sandbox was started again.")
        return done

    return load


def install(module: Any) -> None:
    """Put these over the emulator's calls."""
    global asg
    asg = module
    # The emulator would have the instances that a request asks for at once, before it is checked.
    module._reconcile_instances = lambda group: None
    module.load_persisted_state = restored(module.load_persisted_state)
    calls = module._ACTION_MAP
    calls["CreateAutoScalingGroup"] = create(calls["CreateAutoScalingGroup"])
    calls["UpdateAutoScalingGroup"] = update(calls["UpdateAutoScalingGroup"])
    calls["DeleteAutoScalingGroup"] = delete(calls["DeleteAutoScalingGroup"])
    calls["DescribeAutoScalingGroups"] = describe
    calls["SetInstanceProtection"] = protect
