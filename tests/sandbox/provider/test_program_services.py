"""A program of all the services' types through the real engine and the provider, to a real sandbox."""

from __future__ import annotations

import json
import re
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest
from pulumi import automation

from tests.sandbox.provider.test_program import changes, client, ops

__all__ = ["client"]
# pulumi_aws warns of types of its own when some of its modules are imported.
pytestmark = pytest.mark.filterwarnings(
    "ignore:.*has been deprecated in favor of:DeprecationWarning"
)
SIZE = 29  # resources of the program, and the stack itself


def observed() -> None:
    """Alarms, dashboards and metric filters."""
    group = aws.cloudwatch.LogGroup("calls", retention_in_days=7)
    aws.cloudwatch.LogMetricFilter(
        "errors",
        log_group_name=group.name,
        pattern="ERROR",
        metric_transformation={"name": "Errors", "namespace": "Course", "value": "1"},
    )
    aws.cloudwatch.MetricAlarm(
        "failing",
        comparison_operator="GreaterThanThreshold",
        evaluation_periods=1,
        metric_name="Errors",
        namespace="Course",
        period=60,
        statistic="Sum",
        threshold=0,
        tags={"team": "llm"},
    )
    stat = {"namespace": "Course", "period": 60, "stat": "Sum"}
    aws.cloudwatch.MetricAlarm(
        "share",
        comparison_operator="GreaterThanThreshold",
        evaluation_periods=1,
        metric_queries=[
            {"id": "calls", "metric": {**stat, "metric_name": "Calls"}},
            {"id": "share", "expression": "errors / calls", "return_data": True},
            {"id": "errors", "metric": {**stat, "metric_name": "Errors"}},
        ],
        threshold=0.1,
    )
    aws.cloudwatch.Dashboard(
        "board", dashboard_name="board", dashboard_body=json.dumps({"widgets": []})
    )


def kept() -> None:
    """A table, a bucket with an object, a parameter and a secret."""
    aws.dynamodb.Table(
        "calls",
        attributes=[{"name": "pk", "type": "S"}],
        billing_mode="PAY_PER_REQUEST",
        hash_key="pk",
        ttl={"attribute_name": "until", "enabled": True},
    )
    bucket = aws.s3.Bucket("layers", force_destroy=True)
    aws.s3.BucketObjectv2(
        "layer", bucket=bucket.bucket, key="layer.zip", source=pulumi.StringAsset("bytes")
    )
    aws.s3.BucketObject("note", bucket=bucket.bucket, key="note", content="hello")
    aws.ssm.Parameter("model", type="SecureString", value="small")
    secret = aws.secretsmanager.Secret("key", recovery_window_in_days=0)
    aws.secretsmanager.SecretVersion("key", secret_id=secret.id, secret_string="hidden")


def known() -> None:
    """Who may ask."""
    pool = aws.cognito.UserPool("people", password_policy={"minimum_length": 12})
    server = aws.cognito.ResourceServer(
        "model",
        identifier="model",
        user_pool_id=pool.id,
        scopes=[{"scope_name": "ask", "scope_description": "send prompts"}],
    )
    client = aws.cognito.UserPoolClient(
        "app",
        user_pool_id=pool.id,
        generate_secret=True,
        allowed_oauth_flows=["client_credentials"],
        allowed_oauth_flows_user_pool_client=True,
        allowed_oauth_scopes=server.scope_identifiers,
        refresh_token_rotation={"feature": "ENABLED", "retry_grace_period_seconds": 10},
    )
    aws.cognito.UserPoolDomain("people", domain="people-of-the-course", user_pool_id=pool.id)
    pulumi.export("secret", client.client_secret)


def served() -> None:
    """Instances behind a load balancer."""
    vpc = aws.ec2.get_vpc(default=True)
    subnets = aws.ec2.get_subnets(filters=[{"name": "vpc-id", "values": [vpc.id]}]).ids
    group = aws.ec2.SecurityGroup(
        "servers",
        vpc_id=vpc.id,
        ingress=[{"protocol": "tcp", "from_port": 80, "to_port": 80, "cidr_blocks": ["0.0.0.0/0"]}],
    )
    balancer = aws.lb.LoadBalancer("front", subnets=subnets, security_groups=[group.id])
    targets = aws.lb.TargetGroup(
        "servers", port=8080, protocol="HTTP", target_type="ip", vpc_id=vpc.id
    )
    aws.lb.TargetGroupAttachment(
        "one", target_group_arn=targets.arn, target_id="127.0.0.1", port=8080
    )
    refuse = {"content_type": "text/plain", "status_code": "403"}
    listener = aws.lb.Listener(
        "http",
        load_balancer_arn=balancer.arn,
        port=80,
        default_actions=[{"type": "fixed-response", "fixed_response": refuse}],
    )
    aws.lb.ListenerRule(
        "model",
        listener_arn=listener.arn,
        actions=[{"type": "forward", "target_group_arn": targets.arn}],
        conditions=[{"path_pattern": {"values": ["/model*"]}}],
    )
    canary = aws.lb.TargetGroup("canary", target_type="lambda")
    weights = [{"arn": canary.arn, "weight": 1}, {"arn": targets.arn, "weight": 9}]
    aws.lb.ListenerRule(
        "canary",
        listener_arn=listener.arn,
        actions=[{"type": "forward", "forward": {"target_groups": weights}}],
        conditions=[{"query_strings": [{"key": "try", "value": "1"}, {"value": "beta*"}]}],
    )
    template = aws.ec2.LaunchTemplate(
        "server", instance_type="t3.small", metadata_options={"http_tokens": "required"}
    )
    aws.autoscaling.Group(
        "servers",
        launch_template={"id": template.id, "version": "$Latest"},
        min_size=1,
        max_size=2,
        target_group_arns=[targets.arn],
        termination_policies=["OldestInstance"],
        vpc_zone_identifiers=subnets,
    )
    seen = {
        "cloudwatch_metrics_enabled": True,
        "metric_name": "acl",
        "sampled_requests_enabled": False,
    }
    limit = {"rate_based_statement": {"limit": 100, "aggregate_key_type": "IP"}}
    block = {"custom_response": {"response_code": 429, "custom_response_body_key": "later"}}
    acl = aws.wafv2.WebAcl(
        "acl",
        scope="REGIONAL",
        default_action={"allow": {}},
        custom_response_bodies=[{"key": "later", "content": "later", "content_type": "TEXT_PLAIN"}],
        rules=[
            {
                "name": "limit",
                "priority": 1,
                "action": {"block": block},
                "statement": limit,
                "visibility_config": seen,
            }
        ],
        visibility_config=seen,
    )
    aws.wafv2.WebAclAssociation("acl", resource_arn=balancer.arn, web_acl_arn=acl.arn)


def shown(value: Any) -> Any:
    """What of a state is not encrypted; an export decrypts it."""
    if isinstance(value, dict):
        return None if "plaintext" in value else {k: shown(v) for k, v in value.items()}
    return [shown(item) for item in value] if isinstance(value, list) else value


def everything() -> None:
    for part in (observed, kept, known, served):
        part()


def test_all_types_go_up_stay_refresh_and_go_down(stacks: Any, client: Any) -> None:
    stack = stacks(everything)
    up = stack.up()
    assert changes(up) == {"create": SIZE}
    assert up.outputs["secret"].secret
    assert ops(stack, refresh=True) == {}
    text = json.dumps(shown(stack.export_stack().deployment))
    assert '"hidden"' not in text and up.outputs["secret"].value not in text
    stack.destroy()
    assert client("dynamodb").list_tables()["TableNames"] == []
    assert client("elbv2").describe_load_balancers()["LoadBalancers"] == []


def test_what_the_sandbox_lacks_is_refused_in_the_preview(stacks: Any) -> None:
    def program() -> None:
        aws.lb.LoadBalancer(
            "front", subnets=["s"], minimum_load_balancer_capacity={"capacity_units": 9}
        )

    with pytest.raises(automation.CommandError) as refused:
        stacks(program).preview()
    assert (
        "minimumLoadBalancerCapacity of aws:lb/loadBalancer:LoadBalancer is an argument that the "
        "sandbox cannot carry out; leave it out here, or use the target aws. "
        "Examine values at 'front.minimumLoadBalancerCapacity'."
    ) in str(refused.value)


def test_a_wait_ends_when_the_program_says_so(stacks: Any, client: Any) -> None:
    def program() -> None:
        template = aws.ec2.LaunchTemplate("server", instance_type="t3.small")
        aws.autoscaling.Group(
            "servers",
            availability_zones=["us-east-1a"],
            launch_template={"id": template.id, "version": "$Latest"},
            max_size=1,
            min_size=1,
            wait_for_elb_capacity=1,  # nothing ever is behind no load balancer
            opts=pulumi.ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(create="1s")),
        )

    with pytest.raises(automation.CommandError) as refused:
        stacks(program).up()
    told = r"creating aws_autoscaling_group \(servers-\w+\): timeout while waiting \(timeout: 1s\)"
    assert re.search(told, str(refused.value)), str(refused.value)
    assert client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"] == []
