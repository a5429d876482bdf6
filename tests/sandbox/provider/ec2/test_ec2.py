"""Security groups, launch templates, and what can be looked up of a network."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import CallError
from tests.sandbox.provider.lifecycle import (
    Life,
    Lives,
    assert_complete,
    assert_deleted,
    assert_found,
    assert_imports,
    assert_refused,
    assert_updates,
    look_up,
)

GROUP = "aws:ec2/securityGroup:SecurityGroup"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
VPC, SUBNETS = "aws:ec2/getVpc:getVpc", "aws:ec2/getSubnets:getSubnets"


def rule(port: int, *cidrs: str, **more: Any) -> dict[str, Any]:
    sources = {"cidrBlocks": list(cidrs)} if cidrs else {}
    return {"fromPort": port, "toPort": port, "protocol": "tcp", "self": False, **sources, **more}


ALL_OUT = {"fromPort": 0, "toPort": 0, "protocol": "-1", "self": False, "cidrBlocks": ["0.0.0.0/0"]}


@pytest.fixture
def group(life: Lives) -> Life:
    return life(GROUP, name=life.name("web"))


def test_a_small_group_lets_nothing_in_or_out(group: Life) -> None:
    assert_complete(group)
    assert group.outputs["arn"].endswith(f":security-group/{group.id}")
    assert group.outputs["description"] == "Managed by Pulumi"
    assert group.outputs["egress"] == group.outputs["ingress"] == []
    assert group.outputs["vpcId"] and group.outputs["ownerId"] == "000000000000"
    assert_imports(group, group.id)
    assert_deleted(group)


def test_a_group_keeps_takes_and_imports_every_argument(life: Lives, group: Life) -> None:
    other = life(
        GROUP,
        name=life.name("app"),
        description="the model's servers",
        egress=[ALL_OUT],
        ingress=[
            rule(80, "10.0.0.0/8", "192.168.0.0/16", description="inside"),
            rule(8080, securityGroups=[group.id]),
            rule(22, self=True),
            rule(443, ipv6CidrBlocks=["::/0"]),
        ],
        tags={"team": "llm"},
        vpcId=group.outputs["vpcId"],
    )
    assert_complete(other)
    changes: list[dict[str, Any]] = [
        {"ingress": [rule(80, "10.0.0.0/8", description="inside"), rule(22, self=True)]},
        {"egress": []},
        {"ingress": [rule(81, "10.0.0.0/8", "172.16.0.0/12")]},
        {"revokeRulesOnDelete": True},
        {"tags": {"team": "x", "new": "1"}},
        {"tags": None},
    ]
    assert_updates(other, changes)
    assert_imports(other, other.id, unknown=("revokeRulesOnDelete",))
    assert_found(other.ctx, other.token, other.inputs, other.id)
    assert_deleted(other)


def test_a_rule_that_somebody_else_made_is_drift(life: Lives, ctx: Context) -> None:
    group = life(GROUP, name=life.name("web"), ingress=[rule(80, "10.0.0.0/8")])
    permission = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22}
    permission["IpRanges"] = [{"CidrIp": "0.0.0.0/0"}]
    ctx.client("ec2").authorize_security_group_ingress(GroupId=group.id, IpPermissions=[permission])
    found = group.read()
    assert found and found["ingress"] == [rule(80, "10.0.0.0/8"), rule(22, "0.0.0.0/0")]
    group.outputs = found
    group.update(ingress=[rule(80, "10.0.0.0/8")])
    assert group.outputs["ingress"] == [rule(80, "10.0.0.0/8")]


def test_a_taken_name_of_a_group_is_refused_in_the_official_words(group: Life) -> None:
    doing = f"creating Security Group ({group.outputs['name']}): operation error EC2: CreateSecurityGroup"
    assert_refused(group.ctx, GROUP, group.inputs, doing, 400, "api error InvalidGroup.Duplicate: ")


def test_a_small_template_lives(life: Lives) -> None:
    template = life(TEMPLATE, name=life.name("servers"))
    assert_complete(template)
    assert template.id.startswith("lt-")
    assert template.outputs["latestVersion"] == template.outputs["defaultVersion"] == 1
    assert template.outputs["arn"].endswith(f":launch-template/{template.id}")
    assert_imports(template, template.id)
    assert_deleted(template)


SECRET_DISK = {
    "deviceName": "/dev/xvda",
    "ebs": {
        "encrypted": "true",
        "kmsKeyId": "arn:aws:kms:us-east-1:000000000000:key/k",
        "snapshotId": "snap-12345678",
        "volumeInitializationRate": 100,
        "volumeSize": 30,
    },
}


def test_a_changed_template_is_a_new_version(life: Lives, group: Life, ctx: Context) -> None:
    disk = {
        "deviceName": "/dev/xvda",
        "ebs": {
            "volumeSize": 20,
            "volumeType": "gp3",
            "encrypted": "true",
            "deleteOnTermination": "true",
        },
    }
    template = life(
        TEMPLATE,
        name=life.name("servers"),
        blockDeviceMappings=[disk],
        cpuOptions={"coreCount": 2, "threadsPerCore": 1},
        creditSpecification={"cpuCredits": "unlimited"},
        description="first",
        disableApiStop=True,
        enclaveOptions={"enabled": True},
        hibernationOptions={"configured": True},
        iamInstanceProfile={"name": "model"},
        imageId="ami-12345678",
        instanceType="t3.small",
        kernelId="aki-12345678",
        keyName="key",
        maintenanceOptions={"autoRecovery": "disabled"},
        metadataOptions={
            "httpEndpoint": "enabled",
            "httpTokens": "required",
            "httpPutResponseHopLimit": 2,
        },
        monitoring={"enabled": True},
        ramDiskId="ari-12345678",
        tags={"team": "llm"},
        tagSpecifications=[{"resourceType": "instance", "tags": {"Name": "model"}}],
        userData=base64.b64encode(b"#!/bin/sh").decode(),
        vpcSecurityGroupIds=[group.id],
    )
    assert_complete(template)
    assert_imports(template, template.id)
    assert_updates(template, [{"instanceType": "t3.large"}, {"description": "second"}])
    assert template.outputs["latestVersion"] == 3 and template.outputs["defaultVersion"] == 1
    changes: list[dict[str, Any]] = [
        {"defaultVersion": 2},
        {"defaultVersion": None, "updateDefaultVersion": True, "imageId": "ami-87654321"},
        {
            "metadataOptions": {
                "httpEndpoint": "enabled",
                "httpTokens": "optional",
                "httpPutResponseHopLimit": 1,
            }
        },
        {"blockDeviceMappings": [{"deviceName": "/dev/sdb", "noDevice": "true"}, SECRET_DISK]},
        {"blockDeviceMappings": [{"deviceName": "/dev/sdc", "virtualName": "ephemeral0"}]},
        {"blockDeviceMappings": None},
        {"cpuOptions": {"ampSevSnp": "enabled"}},
        {"creditSpecification": {"cpuCredits": "standard"}},
        {"disableApiStop": False},
        {"enclaveOptions": None},
        {"hibernationOptions": {"configured": False}},
        {"kernelId": None},
        {"maintenanceOptions": {"autoRecovery": "default"}},
        {"ramDiskId": "ari-87654321"},
        {"userData": None},
        {"tagSpecifications": None},
        {"vpcSecurityGroupIds": None},
        {"tags": {"team": "x"}},
        {"tags": None},
    ]
    assert_updates(template, changes[:1])
    template.update(**changes[1])
    assert template.outputs["defaultVersion"] == template.outputs["latestVersion"] == 4
    assert_updates(template, changes[2:])
    assert_deleted(template)


def test_the_default_network_is_looked_up(ctx: Context) -> None:
    vpc = look_up(ctx, VPC, default=True)
    assert vpc["default"] is True and vpc["cidrBlock"] and vpc["enableDnsSupport"] is True
    assert vpc["arn"].endswith(f":vpc/{vpc['id']}") and vpc["mainRouteTableId"]
    assert look_up(ctx, VPC, id=vpc["id"])["id"] == vpc["id"]
    filters = [{"name": "vpc-id", "values": [vpc["id"]]}]
    subnets = look_up(ctx, SUBNETS, filters=filters)
    assert len(subnets["ids"]) >= 2 and subnets["id"] == "us-east-1"
    assert look_up(ctx, SUBNETS, filters=[{"name": "vpc-id", "values": ["vpc-nope"]}])["ids"] == []


def test_a_network_that_is_not_there_is_told_in_the_official_words(ctx: Context) -> None:
    with pytest.raises(CallError, match="^no matching EC2 VPC found$"):
        look_up(ctx, VPC, cidrBlock="1.2.3.0/24")
