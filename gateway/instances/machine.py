"""One instance: what it may do, what it runs, and how it starts."""

from __future__ import annotations

import base64
from pathlib import Path

import pulumi
import pulumi_aws as aws

from ..kinds import Statement, Variables
from ..layer.build import file_digest
from ..layer.code import as_on_linux, code_files, code_zip
from ..model import write_log
from ..policies import policy_document, trust_policy
from ..settings import FUNCTIONS, Settings
from .network import MODEL_PORT, Doors

# Chapter 22: behind a load balancer

REQUIREMENTS = Path(__file__).resolve().parent / "requirements.txt"
# Amazon Linux 2023, the newest of it. EC2 itself looks it up.
IMAGE = (
    "resolve:ssm:/aws/service/ami-amazon-linux-latest/"
    "al2023-ami-kernel-default-x86_64"
)
# What starts the server, and starts it again. `variables.json` is what a
# function would find in its environment.
SERVICE = f"""[Unit]
After=network-online.target
[Service]
WorkingDirectory=/opt/model
Environment=HOST=0.0.0.0 AWS_LWA_PORT={MODEL_PORT}
ExecStart=/opt/venv/bin/python3.12 /opt/model/start.py
Restart=always
TimeoutStopSec=90
[Install]
WantedBy=multi-user.target
"""


def instance_logs(settings: Settings) -> aws.cloudwatch.LogGroup:
    """Where instances write what the function writes into its log."""
    return aws.cloudwatch.LogGroup(
        "instanceLogs", retention_in_days=settings.log_retention_days
    )


def instance_code() -> aws.s3.BucketObjectv2:
    """The function's code, where instances can fetch it.

    Its name has its hash in it: other code has another name, and so the
    launch template another version.
    """
    files = code_files(FUNCTIONS / "model")
    files["requirements.txt"] = as_on_linux(REQUIREMENTS.read_bytes())
    packed = code_zip("instance", files)
    bucket = aws.s3.Bucket("instanceCode", force_destroy=True)
    return aws.s3.BucketObjectv2(
        "instanceCodeObject",
        bucket=bucket.bucket,
        key=f"model-{file_digest(packed)[:12]}.zip",
        source=pulumi.FileAsset(str(packed)),
    )


def instance_profile(
    code: aws.s3.BucketObjectv2,
    logs: aws.cloudwatch.LogGroup,
    rights: list[Statement],
) -> aws.iam.InstanceProfile:
    """What an instance may do: fetch its code, write its log, `rights`.

    A profile is the case in which a role is handed to an instance.
    """
    role = aws.iam.Role(
        "instanceRole", assume_role_policy=trust_policy("ec2.amazonaws.com")
    )
    fetch = {
        "Effect": "Allow",
        "Action": "s3:GetObject",
        "Resource": code.arn,
    }
    allowed = policy_document(fetch, write_log(logs), *rights)
    aws.iam.RolePolicy(
        "instanceRights",
        role=role.id,
        policy=pulumi.Output.json_dumps(allowed),
    )
    return aws.iam.InstanceProfile("instanceProfile", role=role.name)


def instance_variables(
    settings: Settings, logs: aws.cloudwatch.LogGroup
) -> Variables:
    """For the server: that it is an instance, and where it writes."""
    return {
        "BEHIND_BALANCER": "1",
        "SYSTEM_PROMPT": settings.system_prompt,
        "LOG_GROUP": logs.name,
        "AWS_DEFAULT_REGION": aws.get_region_output().region,
    }


def user_data(
    code: aws.s3.BucketObjectv2,
    variables: Variables,
    downloads: dict[str, str],
) -> pulumi.Output[str]:
    """What an instance does when it starts for the first time.

    It is data, not a script: cloud-init knows each step. JSON is YAML, so
    a dictionary will do. `downloads` are other objects of S3, each with
    the path where the instance keeps it.
    """
    unit = "/etc/systemd/system/model.service"
    source = pulumi.Output.concat("s3://", code.bucket, "/", code.key)
    told = pulumi.Output.json_dumps(variables, sort_keys=True)
    python, pip = "python3.12", "/opt/venv/bin/pip"
    pinned = ["--no-deps", "--require-hashes", "-r"]
    steps = {
        "packages": ["python3.12", "libgomp"],
        "write_files": [
            {"path": unit, "content": SERVICE},
            {"path": "/opt/model/variables.json", "content": told},
        ],
        "runcmd": [
            ["aws", "s3", "cp", source, "/opt/model.zip"],
            [python, "-m", "zipfile", "-e", "/opt/model.zip", "/opt/model"],
            *[
                ["aws", "s3", "cp", uri, to]
                for uri, to in downloads.items()
            ],
            [python, "-m", "venv", "/opt/venv"],
            [pip, "install", *pinned, "/opt/model/requirements.txt"],
            ["systemctl", "enable", "--now", "model"],
        ],
    }
    return pulumi.Output.json_dumps(steps).apply(cloud_config)


def cloud_config(steps: str) -> str:
    """The steps as EC2 wants them: marked as cloud-config, in base64."""
    return base64.b64encode(f"#cloud-config\n{steps}".encode()).decode()


def launch_template(
    name: str,
    settings: Settings,
    doors: Doors,
    profile: aws.iam.InstanceProfile,
    user_data: pulumi.Output[str],
) -> aws.ec2.LaunchTemplate:
    """What each new instance is like.

    Its credentials are asked for with a token (IMDSv2), which no program
    can be tricked into fetching from outside.
    """
    return aws.ec2.LaunchTemplate(
        name,
        image_id=IMAGE,
        instance_type=settings.instance_type,
        iam_instance_profile={"arn": profile.arn},
        metadata_options={
            "http_tokens": "required",
            "http_put_response_hop_limit": 1,
        },
        vpc_security_group_ids=[doors.instances.id],
        user_data=user_data,
        update_default_version=True,
    )
