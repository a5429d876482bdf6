"""A private integration as one program, through the real engine: link, balancer, group, roles, rules."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest
import requests

from sandbox.urls import invoke_url
from tests.sandbox.provider.test_program import changes, client, ops

__all__ = ["client"]
pytestmark = pytest.mark.filterwarnings(
    "ignore:.*has been deprecated in favor of:DeprecationWarning",
    "ignore:aws.lambda/microvmsimage:DeprecationWarning",
)
SIZE = 24  # resources of the program, and the stack itself
IMAGE = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"
USER_DATA = base64.b64encode(b"#cloud-config\n{}").decode()


class Backend(BaseHTTPRequestHandler):
    """Tells who it was told that asks, and by which path."""

    def do_GET(self) -> None:
        seen = {"path": self.path, "team": self.headers.get_all("x-team")}
        text = json.dumps(seen).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def backend() -> Iterator[int]:
    """The port of a server."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Backend) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def firewalls(vpc: str) -> dict[str, aws.ec2.SecurityGroup]:
    """Only the link reaches the balancer, only the balancer the servers."""
    groups = {
        name: aws.ec2.SecurityGroup(name, vpc_id=vpc) for name in ("link", "balancer", "servers")
    }
    for source, target, port in (("link", "balancer", 80), ("balancer", "servers", 8080)):
        about = {"ip_protocol": "tcp", "from_port": port, "to_port": port}
        aws.vpc.SecurityGroupEgressRule(
            f"{source}-to-{target}",
            security_group_id=groups[source].id,
            referenced_security_group_id=groups[target].id,
            **about,
        )
        aws.vpc.SecurityGroupIngressRule(
            f"{target}-from-{source}",
            security_group_id=groups[target].id,
            referenced_security_group_id=groups[source].id,
            **about,
            tags={"from": source},
        )
    return groups


def servers(group: pulumi.Output[str], subnets: list[str], targets: aws.lb.TargetGroup) -> Any:
    """What would start servers; none is wanted here."""
    trust = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": "ec2.amazonaws.com"},
            "Action": "sts:AssumeRole",
        },
    }
    role = aws.iam.Role("server", assume_role_policy=json.dumps(trust))
    profile = aws.iam.InstanceProfile("server", role=role.name)
    image = aws.ssm.get_parameter(name=IMAGE).value
    assert aws.ec2.get_ami(owners=["amazon"], filters=[{"name": "image-id", "values": [image]}]).id
    template = aws.ec2.LaunchTemplate(
        "server",
        image_id=image,
        instance_type="t4g.small",
        iam_instance_profile={"arn": profile.arn},
        metadata_options={"http_tokens": "required"},
        user_data=USER_DATA,
        vpc_security_group_ids=[group],
    )
    fleet = aws.autoscaling.Group(
        "servers",
        launch_template={"id": template.id, "version": "$Latest"},
        desired_capacity=0,
        min_size=0,
        max_size=1,
        vpc_zone_identifiers=subnets,
        opts=pulumi.ResourceOptions(ignore_changes=["targetGroupArns"]),
    )
    aws.autoscaling.Attachment(
        "servers", autoscaling_group_name=fleet.name, lb_target_group_arn=targets.arn
    )
    return fleet


def scaled(fleet: aws.autoscaling.Group, balancer: Any, targets: Any, target_value: float) -> None:
    label = pulumi.Output.concat(balancer.arn_suffix, "/", targets.arn_suffix)
    metric = {"predefined_metric_type": "ALBRequestCountPerTarget", "resource_label": label}
    aws.autoscaling.Policy(
        "requests",
        autoscaling_group_name=fleet.name,
        policy_type="TargetTrackingScaling",
        estimated_instance_warmup=30,
        target_tracking_configuration={
            "predefined_metric_specification": metric,
            "target_value": target_value,
        },
    )


def fronted(link: aws.apigatewayv2.VpcLink, balancer: aws.lb.LoadBalancer) -> None:
    """A REST API whose one method the balancer answers."""
    api = aws.apigateway.RestApi("private")
    place: dict[str, Any] = {"rest_api": api.id, "resource_id": api.root_resource_id}
    method = aws.apigateway.Method("get", **place, http_method="GET", authorization="NONE")
    integration = aws.apigateway.Integration(
        "balancer",
        **place,
        http_method=method.http_method,
        type="HTTP_PROXY",
        integration_http_method="GET",
        uri=pulumi.Output.concat("http://", balancer.dns_name, "/model"),
        connection_type="VPC_LINK",
        connection_id=link.id,
        integration_target=balancer.arn,
        response_transfer_mode="STREAM",
        request_parameters={"integration.request.header.x-team": "context.stage"},
    )
    deployment = aws.apigateway.Deployment(
        "now", rest_api=api.id, opts=pulumi.ResourceOptions(depends_on=[integration])
    )
    aws.apigateway.Stage("v1", rest_api=api.id, deployment=deployment.id, stage_name="v1")
    pulumi.export("api", api.id)


def private(port: int, name: str = "model", target_value: float = 20) -> None:
    """All of it; two arguments change."""
    vpc = aws.ec2.get_vpc(default=True).id
    zones = aws.get_availability_zones(state="available").names
    subnets = aws.ec2.get_subnets(
        filters=[
            {"name": "vpc-id", "values": [vpc]},
            {"name": "availability-zone", "values": zones[:2]},
        ]
    ).ids
    groups = firewalls(vpc)
    balancer = aws.lb.LoadBalancer(
        "inside", internal=True, subnets=subnets, security_groups=[groups["balancer"].id]
    )
    targets = aws.lb.TargetGroup(
        "servers", port=8080, protocol="HTTP", target_type="ip", vpc_id=vpc
    )
    aws.lb.TargetGroupAttachment(
        "one", target_group_arn=targets.arn, target_id="127.0.0.1", port=port
    )
    listener = aws.lb.Listener(
        "http",
        load_balancer_arn=balancer.arn,
        port=80,
        default_actions=[{"type": "forward", "target_group_arn": targets.arn}],
    )
    fleet = servers(groups["servers"].id, subnets, targets)
    scaled(fleet, balancer, targets, target_value)
    link = aws.apigatewayv2.VpcLink(
        "link",
        name=name,
        subnet_ids=subnets,
        security_group_ids=[groups["link"].id],
        opts=pulumi.ResourceOptions(depends_on=[listener]),
    )
    fronted(link, balancer)


def test_a_private_integration_goes_up_answers_changes_and_goes_down(
    stacks: Any, client: Any, backend: int, endpoint: str
) -> None:
    asked = {"name": "model", "target_value": 20.0}
    stack = stacks(lambda: private(backend, **asked))
    up = stack.up()
    assert changes(up) == {"create": SIZE}
    url = invoke_url(endpoint, up.outputs["api"].value, "v1")
    found = requests.get(url, headers={"X-Team": "mallory"}, timeout=10)
    assert found.json() == {"path": "/v1/model", "team": ["v1"]}
    assert ops(stack) == {}
    assert changes(stack.refresh()) == {}
    asked.update(name="renamed", target_value=30.0)
    assert changes(stack.up()) == {"update": 2}
    assert requests.get(url, timeout=10).status_code == 200
    stack.destroy()
    assert client("apigatewayv2").get_vpc_links()["Items"] == []
    assert client("autoscaling").describe_policies()["ScalingPolicies"] == []
    assert client("iam").list_instance_profiles()["InstanceProfiles"] == []
    names = [
        each["GroupName"] for each in client("ec2").describe_security_groups()["SecurityGroups"]
    ]
    assert names == ["default"]
