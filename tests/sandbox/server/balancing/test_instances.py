"""Instances of a group: started from user data, checked, served through the balancer."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Callable
from itertools import count
from typing import Any

import boto3
import psutil
import pytest
from botocore.exceptions import ClientError

from tests.sandbox.server.farms import SERVER, UNIT, Farm, until, user_data

numbers = count(1)


@pytest.mark.quirk("instances")
def test_an_instance_starts_from_its_user_data_and_serves(farm: Callable[..., Farm]) -> None:
    made = farm()
    made.wait_for("healthy")
    seen = made.call("/model?a=b").json()
    (instance,) = made.instances
    assert instance["LifecycleState"] == "InService"
    record = made.record(instance["InstanceId"])
    assert record["PrivateIpAddress"].startswith("172.31.")
    assert record["State"]["Name"] == "running" and record["InstanceType"] == "t4g.small"
    assert {"Key": "aws:autoscaling:groupName", "Value": made.name} in record["Tags"]
    assert seen["path"] == "/model?a=b"
    # Its own, where the sandbox is, what the system needs, and nothing of who started the sandbox.
    assert seen["env"]["COLOUR"] == "blue"
    assert seen["env"]["AWS_ENDPOINT_URL"] == made.account.running.endpoint
    assert not {"HOME", "USER", "KIT_HOME", "AWS_SECRET_ACCESS_KEY"} & set(seen["env"])
    # Never on every address of the machine, whatever the program says.
    process = psutil.Process(seen["who"])
    found = [c.laddr for c in process.net_connections("inet") if c.status == "LISTEN"]
    assert [at.ip for at in found] == [seen["env"]["HOST"]] and found[0].ip.startswith("127.")
    made.scale(3)
    made.wait_for("healthy", "healthy", "healthy")
    assert len({made.call().json()["who"] for _ in range(6)}) == 3
    made.scale(0)
    until(lambda: made.instances == [])
    assert made.call().status_code == 503
    process.wait(5)


def test_the_console_shows_what_the_boot_did_and_the_server_said(shared: Farm) -> None:
    shared.call("/said")
    texts = [shared.console(each["InstanceId"]) for each in shared.instances]
    for line in (
        "write_files: /opt/server.py: done",
        "server.service: Restart: SKIPPED, a process has no systemd",
        "runcmd: systemctl enable --now server: done",
        "Cloud-init finished",
    ):
        assert all(line in text for text in texts)
    assert sum('request "GET /said' in text for text in texts) == 1
    with pytest.raises(ClientError, match=r"InvalidInstanceID\.NotFound"):
        shared.console("i-0123456789abcdef0")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (base64.b64encode(b"#!/bin/sh\nls\n").decode(), "no script is run on this machine"),
        (user_data(runcmd=[["make", "install"]]), "the command ['make', 'install']"),
        (user_data(runcmd=["aws s3 cp s3://none/model.zip /opt/"]), "Unable to locate credentials"),
    ],
)
def test_user_data_that_fails_leaves_an_instance_that_nobody_reaches(
    farm: Callable[..., Farm], data: str, says: str
) -> None:
    made = farm(user_data=data, HealthCheckGracePeriod=300, target_group={"UnhealthyThresholdCount": 2})  # fmt: skip
    (instance,) = made.instances
    text = until(lambda: (found := made.console(instance["InstanceId"])) and "finished" in found and found)  # fmt: skip
    assert "Failed to run module scripts_user" in text and says in text
    assert made.record(instance["InstanceId"])["State"]["Name"] == "running"
    # Nobody is healthy, so the balancer tries all: the connection is refused.
    assert made.call().status_code == 502


def archive() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as file:
        file.writestr("server.py", SERVER)
    return data.getvalue()


def test_code_comes_from_a_bucket_that_the_role_may_read(
    account: Any, farm: Callable[..., Farm]
) -> None:
    number = next(numbers)
    bucket, profile, iam = f"code-{number}", f"servers-{number}", account.iam
    account.client("s3").create_bucket(Bucket=bucket)
    account.client("s3").put_object(Bucket=bucket, Key="v1/model.zip", Body=archive())
    may = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/v1/*"}
    role = account.role("ec2.amazonaws.com", may).rpartition("/")[2]
    iam.create_instance_profile(InstanceProfileName=profile)
    iam.add_role_to_instance_profile(InstanceProfileName=profile, RoleName=role)
    data = user_data(
        write_files=[{"path": "/etc/systemd/system/server.service", "content": UNIT}],
        runcmd=[
            ["aws", "s3", "cp", f"s3://{bucket}/v1/model.zip", "/opt/model.zip"],
            ["python3.12", "-m", "zipfile", "-e", "/opt/model.zip", "/opt"],
            ["systemctl", "enable", "--now", "server"],
        ],
    )
    made = farm(user_data=data, template={"IamInstanceProfile": {"Name": profile}})
    made.wait_for("healthy")
    seen = made.call().json()["env"]
    keys = (seen["AWS_ACCESS_KEY_ID"], seen["AWS_SECRET_ACCESS_KEY"], seen["AWS_SESSION_TOKEN"])
    client = boto3.client(
        "sts", region_name="us-east-1", endpoint_url=account.running.endpoint,
        aws_access_key_id=keys[0], aws_secret_access_key=keys[1], aws_session_token=keys[2],
    )  # fmt: skip
    assert f"assumed-role/{role}/i-" in client.get_caller_identity()["Arn"]
    made.client("autoscaling").update_auto_scaling_group(
        AutoScalingGroupName=made.name, DesiredCapacity=0
    )
    iam.delete_role_policy(RoleName=role, PolicyName="inline")
    made.scale(1)
    (instance,) = until(lambda: [each for each in made.instances if each["LifecycleState"] == "InService"])  # fmt: skip
    until(lambda: "(403) when calling the GetObject" in made.console(instance["InstanceId"]))


def target_group(made: Farm, port: int, **more: Any) -> str:
    """One more target group of a farm's instances, which a rule of its listener forwards to."""
    elb, name = made.client("elbv2"), f"{made.name}-{next(numbers)}"
    arn = elb.create_target_group(
        Name=name, Protocol="HTTP", Port=port, VpcId=made.balancer["VpcId"],
        HealthCheckIntervalSeconds=5, HealthCheckTimeoutSeconds=2, **more,
    )["TargetGroups"][0]["TargetGroupArn"]  # fmt: skip
    elb.create_rule(
        ListenerArn=made.listener,
        Priority=next(numbers),
        Conditions=[{"Field": "path-pattern", "Values": [f"/{name}"]}],
        Actions=[{"Type": "forward", "TargetGroupArn": arn}],
    )
    return str(arn)


def test_a_target_that_never_gets_healthy_says_why(farm: Callable[..., Farm]) -> None:
    made = farm(HealthCheckGracePeriod=300)
    front, (instance,) = made.balancer["SecurityGroups"][0], made.instances
    back = made.record(instance["InstanceId"])["SecurityGroups"][0]["GroupId"]
    made.client("ec2").authorize_security_group_ingress(
        GroupId=back,
        IpPermissions=[{"IpProtocol": "tcp", "FromPort": 8081, "ToPort": 8081,
                        "UserIdGroupPairs": [{"GroupId": front}]}],
    )  # fmt: skip
    wrong = {
        "port": target_group(made, 8081),
        "security group": target_group(made, 9090),
        "path": target_group(made, 8080, HealthCheckPath="/status/404"),
        "code": target_group(made, 8080, Matcher={"HttpCode": "204"}),
        "no listener": made.client("elbv2").create_target_group(
            Name=f"{made.name}-idle", Protocol="HTTP", Port=8080, VpcId=made.balancer["VpcId"]
        )["TargetGroups"][0]["TargetGroupArn"],
    }
    made.client("autoscaling").attach_load_balancer_target_groups(
        AutoScalingGroupName=made.name, TargetGroupARNs=list(wrong.values())
    )
    call = made.client("elbv2").describe_target_health

    def found() -> dict[str, dict[str, str]]:
        answers = {why: call(TargetGroupArn=arn) for why, arn in wrong.items()}
        return {
            why: answer["TargetHealthDescriptions"][0]["TargetHealth"]
            for why, answer in answers.items()
        }

    until(lambda: "initial" not in {each["State"] for each in found().values()})
    mismatch = "Health checks failed with these codes: [{}]"
    assert {why: (h["State"], h["Reason"], h["Description"]) for why, h in found().items()} == {
        "port": ("unhealthy", "Target.FailedHealthChecks", "Health checks failed"),
        "security group": ("unhealthy", "Target.Timeout", "Request timed out"),
        "path": ("unhealthy", "Target.ResponseCodeMismatch", mismatch.format(404)),
        "code": ("unhealthy", "Target.ResponseCodeMismatch", mismatch.format(200)),
        "no listener": (
            "unused",
            "Target.NotInUse",
            "Target group is not configured to receive traffic from the load balancer",
        ),
    }
    elb = made.client("elbv2")
    elb.delete_listener(ListenerArn=made.listener)
    for arn in wrong.values():
        elb.delete_target_group(TargetGroupArn=arn)


def test_an_instance_that_is_terminated_is_replaced(shared: Farm) -> None:
    first, second = (each["InstanceId"] for each in shared.instances)
    ended = shared.client("ec2").terminate_instances(InstanceIds=[first])
    assert ended["TerminatingInstances"][0]["CurrentState"]["Name"] == "shutting-down"
    until(lambda: first not in shared.health() and shared.states() == ["healthy", "healthy"])
    assert second in shared.health()
    assert shared.record(first)["State"]["Name"] == "terminated"
    assert "Cloud-init finished" in shared.console(first)  # for a while, as on EC2
    causes = [each["Cause"] for each in shared.activities()[:2]]
    assert "in response to an unhealthy instance needing to be replaced." in causes[0]
    assert "an EC2 health check indicating it has been terminated or stopped." in causes[1]
    for call in ("stop_instances", "reboot_instances"):
        with pytest.raises(ClientError, match="UnsupportedOperation"):
            getattr(shared.client("ec2"), call)(InstanceIds=[second])


def test_user_data_that_is_no_base64_makes_no_template(account: Any) -> None:
    with pytest.raises(ClientError, match=r"InvalidUserData\.Malformed"):
        account.client("ec2").create_launch_template(
            LaunchTemplateName="bad", LaunchTemplateData={"UserData": json.dumps({})}
        )


def test_a_diagnostic_interrupt_ends_its_programs_and_it_stays(farm: Callable[..., Farm]) -> None:
    made = farm()
    made.wait_for("healthy")
    process, id = psutil.Process(made.call().json()["who"]), made.instances[0]["InstanceId"]
    made.account.client("ec2").send_diagnostic_interrupt(InstanceId=id)
    process.wait(5)
    assert made.call().status_code == 502
    assert made.record(id)["State"]["Name"] == "running"
    assert "Kernel panic" in made.console(id)
    with pytest.raises(ClientError, match="InvalidInstanceID"):
        made.account.client("ec2").send_diagnostic_interrupt(InstanceId="i-0123456789abcdef0")
