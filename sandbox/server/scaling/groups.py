"""Auto Scaling: what the emulator's groups forget, and their instances in target groups.

Instances are records: nothing runs, but they are counted, protected, replaced and registered.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from sandbox.server.scaling.attachments import done, no_group
from sandbox.server.base import emulator
from sandbox.server.base.emulator import Answer, Record
from sandbox.server.base.query_protocol import nested
from sandbox.server.base.query_protocol import xml as tree

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
        answer = original(params)
        group = asg._asgs.get(name)
        if answer[0] != 200 or group is None:
            return answer
        _keep(group, params)
        role = "aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
        account = emulator.responses.get_account_id()
        if not group.get("ServiceLinkedRoleARN"):
            group["ServiceLinkedRoleARN"] = f"arn:aws:iam::{account}:role/{role}"
        for instance in group["Instances"]:
            instance["LaunchTemplate"] = _resolved(group)
        for number, hook in enumerate(nested(params, "LifecycleHookSpecificationList") or (), 1):
            made = hook.get("LifecycleHookName") or f"hook-{number}"
            asg._hooks[f"{name}/{made}"] = asg._hook_record(name, made, hook)
        _register(group)
        return answer

    return call


def update(original: Call) -> Call:
    def call(params: Params) -> Answer:
        group = asg._asgs.get(asg._p(params, "AutoScalingGroupName"))
        if group is not None:
            _keep(group, params)
            policies = asg._parse_member_list(params, "TerminationPolicies")
            zones = asg._parse_member_list(params, "AvailabilityZones")
            group |= {"TerminationPolicies": policies} if policies else {}
            group |= {"AvailabilityZones": zones} if zones else {}
            protected = asg._p(params, "NewInstancesProtectedFromScaleIn")
            if protected:
                group["NewInstancesProtectedFromScaleIn"] = protected == "true"
            # An empty text is no placement group and no context any more.
            for name in ("Context", "PlacementGroup"):
                if name in params and not asg._p(params, name):
                    group.pop(name, None)
        return original(params)

    return call


def delete(original: Call) -> Call:
    def call(params: Params) -> Answer:
        group = asg._asgs.get(asg._p(params, "AutoScalingGroupName"))
        if group is not None:
            _register(group, set())
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
    found = _record(asked)
    names = ("LaunchTemplateId", "LaunchTemplateName")
    known = {name: (found or asked).get(name) or asked.get(name, "") for name in names}
    return {**known, "Version": asked.get("Version") or "$Default"}


def _record(asked: Record) -> Record | None:
    templates = emulator.app._get_module("ec2")._launch_templates
    id, name = asked.get("LaunchTemplateId"), asked.get("LaunchTemplateName")
    if id:
        return templates.get(id) or None
    return next((t for t in templates.values() if t["LaunchTemplateName"] == name), None)


def _resolved(group: Record) -> Record:
    """The template that an instance was started from, with the number of its version."""
    template = group.get("LaunchTemplate") or {}
    found = _record(template) if template else None
    member = {"$Latest": "LatestVersionNumber", "$Default": "DefaultVersionNumber"}
    which = member.get(template.get("Version", ""))
    return {**template, "Version": str(found[which])} if found and which else dict(template)


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
    # Neither an empty template nor an empty name is told.
    return {name: value for name, value in found.items() if value not in ({}, "")}


# Instances


def reconcile(group: Record) -> None:
    """As many instances as the group wants; those that are protected stay."""
    instances, wanted = group["Instances"], group["DesiredCapacity"]
    suspended = {each["ProcessName"] for each in group.get("SuspendedProcesses") or ()}
    if len(instances) > wanted and "Terminate" not in suspended:
        for instance in reversed(list(instances)):
            if len(instances) > wanted and not instance["ProtectedFromScaleIn"]:
                instances.remove(instance)
    zones = group["AvailabilityZones"] or [f"{emulator.responses.get_region()}a"]
    while len(instances) < wanted and "Launch" not in suspended:
        instances.append(_new_instance(group, zones[len(instances) % len(zones)]))
    _register(group)


def _new_instance(group: Record, zone: str) -> Record:
    return {
        "InstanceId": f"i-{uuid.uuid4().hex[:17]}",
        "LifecycleState": "InService",
        "HealthStatus": "Healthy",
        "AvailabilityZone": zone,
        "ProtectedFromScaleIn": group["NewInstancesProtectedFromScaleIn"],
        "LaunchTemplate": _resolved(group),
        "LaunchConfigurationName": group.get("LaunchConfigurationName", ""),
    }


def _register(group: Record, kept: set[str] | None = None) -> None:
    """Have a group's instances in its target groups, and in no others."""
    wanted = target_groups(group) if kept is None else kept
    alb = emulator.app._get_module("alb")
    ids = [each["InstanceId"] for each in group["Instances"]]
    before: dict[str, list[str]] = group.get("Registered") or {}
    for arn in {*before, *wanted}:
        now = ids if arn in wanted else []
        alb.set_targets_for_group(
            arn, [(id, alb._tgs.get(arn, {}).get("Port")) for id in now], before.get(arn, ())
        )
    group["Registered"] = {arn: ids for arn in wanted}


def target_groups(group: Record) -> set[str]:
    sources = {each["Identifier"] for each in group.get("TrafficSources") or ()}
    found = {*(group.get("TargetGroupARNs") or ()), *sources}
    return {arn for arn in found if ":targetgroup/" in arn}


def protect(params: Params) -> Answer:
    group = asg._asgs.get(asg._p(params, "AutoScalingGroupName"))
    if group is None:
        return no_group(params)
    ids = asg._parse_member_list(params, "InstanceIds")
    for instance in group["Instances"]:
        if instance["InstanceId"] in ids:
            instance["ProtectedFromScaleIn"] = asg._p(params, "ProtectedFromScaleIn") == "true"
    reconcile(group)
    return done("SetInstanceProtection")


def refresh(original: Call) -> Call:
    def call(params: Params) -> Answer:
        answer = original(params)
        group = asg._asgs.get(asg._p(params, "AutoScalingGroupName"))
        if answer[0] == 200 and group is not None:
            preferences = nested(params, "Preferences") or {}
            group["InstanceRefreshes"][0] |= {"Preferences": preferences}
            group["Instances"] = [
                _new_instance(group, each["AvailabilityZone"]) for each in group["Instances"]
            ]
            _register(group)
        return answer

    return call


def refreshes(original: Call) -> Call:
    def call(params: Params) -> Answer:
        group = asg._asgs.get(asg._p(params, "AutoScalingGroupName"))
        if group is None:
            return original(params)
        ids = asg._parse_member_list(params, "InstanceRefreshIds")
        found = [
            each
            for each in group.get("InstanceRefreshes") or ()
            if not ids or each["InstanceRefreshId"] in ids
        ]
        told = tree({"DescribeInstanceRefreshesResult": {"InstanceRefreshes": found}})
        answer: Answer = asg._xml(200, "DescribeInstanceRefreshesResponse", told)
        return answer

    return call


def install(module: Any) -> None:
    """Put these over the emulator's calls."""
    global asg
    asg = module
    module._reconcile_instances = reconcile
    calls = module._ACTION_MAP
    calls["CreateAutoScalingGroup"] = create(calls["CreateAutoScalingGroup"])
    calls["UpdateAutoScalingGroup"] = update(calls["UpdateAutoScalingGroup"])
    calls["DeleteAutoScalingGroup"] = delete(calls["DeleteAutoScalingGroup"])
    calls["DescribeAutoScalingGroups"] = describe
    calls["StartInstanceRefresh"] = refresh(calls["StartInstanceRefresh"])
    calls["DescribeInstanceRefreshes"] = refreshes(calls["DescribeInstanceRefreshes"])
    calls["SetInstanceProtection"] = protect
