"""As many instances as it takes."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from ..settings import Settings
from .network import Network

# Chapter 22: behind a load balancer


def instance_group(
    name: str,
    settings: Settings,
    network: Network,
    template: aws.ec2.LaunchTemplate,
    targets: aws.lb.TargetGroup,
) -> aws.autoscaling.Group:
    """Keeps so many instances alive, each registered with the balancer.

    Health is what the balancer says: an instance whose server is dead is
    no healthy one. A new version of the template replaces them all, half
    at a time.
    """
    return aws.autoscaling.Group(
        name,
        min_size=settings.instances,
        max_size=settings.most_instances,
        vpc_zone_identifiers=network.subnet_ids,
        target_group_arns=[targets.arn],
        launch_template={
            "id": template.id,
            "version": template.latest_version.apply(str),
        },
        wait_for_capacity_timeout="5m",
        health_check_type="ELB",
        health_check_grace_period=180,
        instance_refresh={
            "strategy": "Rolling",
            "preferences": {"min_healthy_percentage": 50},
        },
    )


# Chapter 23: instances come and go


def scaling_policy(
    settings: Settings,
    group: aws.autoscaling.Group,
    balancer: aws.lb.LoadBalancer,
    targets: aws.lb.TargetGroup,
) -> aws.autoscaling.Policy:
    """Another instance when each has more requests than this a minute."""
    label = pulumi.Output.concat(
        balancer.arn_suffix, "/", targets.arn_suffix
    )
    return aws.autoscaling.Policy(
        "modelScaling",
        autoscaling_group_name=group.name,
        policy_type="TargetTrackingScaling",
        target_tracking_configuration={
            "predefined_metric_specification": {
                "predefined_metric_type": "ALBRequestCountPerTarget",
                "resource_label": label,
            },
            "target_value": settings.requests_per_instance,
        },
    )
