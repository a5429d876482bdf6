"""Rights to what instances are made of: EC2, Auto Scaling, load balancers."""

from __future__ import annotations

from lab.account.rights import NEW, OWN, Rights, during

_EC2 = "arn:{partition}:ec2:{region}:{account}"
_LB = "arn:{partition}:elasticloadbalancing:{region}:{account}"
_GROUP = "arn:{partition}:autoscaling:{region}:{account}:autoScalingGroup:*:autoScalingGroupName/{stack}-*"
_LINKED = "arn:{partition}:iam::{account}:role/aws-service-role"


def _ec2(*names: str) -> tuple[str, ...]:
    return tuple(f"ec2:{name}" for name in names)


def _lb(*names: str) -> tuple[str, ...]:
    return tuple(f"elasticloadbalancing:{name}" for name in names)


def _scaling(*names: str) -> tuple[str, ...]:
    return tuple(f"autoscaling:{name}" for name in names)


def _linked(service: str) -> tuple[tuple[str, ...], str]:
    """The role that a service makes for itself, when it is first used in an account."""
    return (("iam:CreateServiceLinkedRole",), f"{_LINKED}/{service}.amazonaws.com/*")


# What only describes has no resource in AWS's list of actions.
_LOOK = (_ec2("DescribeVpcs", "DescribeSubnets", "DescribeRouteTables"), "*")
_RULES: Rights = (
    (_ec2("DescribeSecurityGroups", "DescribeSecurityGroupRules", "DescribeNetworkInterfaces"), "*"),
    (
        _ec2(
            "AuthorizeSecurityGroupEgress", "AuthorizeSecurityGroupIngress",
            "RevokeSecurityGroupEgress", "RevokeSecurityGroupIngress", "ModifySecurityGroupRules",
            "CreateTags", "DeleteTags",
        ),
        f"{_EC2}:security-group/*",
        OWN,
    ),
    (
        _ec2("ModifySecurityGroupRules", "CreateTags", "DeleteTags"),
        f"{_EC2}:security-group-rule/*",
        OWN,
    ),
    (
        _ec2("AuthorizeSecurityGroupEgress", "AuthorizeSecurityGroupIngress"),
        f"{_EC2}:security-group-rule/*",
        NEW,
    ),
    (
        _ec2("CreateTags"),
        f"{_EC2}:security-group-rule/*",
        during("AuthorizeSecurityGroupEgress", "AuthorizeSecurityGroupIngress"),
    ),
)  # fmt: skip
# What an instance is made of, as EC2 asks for it; an image is nobody's of this account.
_LAUNCHED: Rights = (
    (_ec2("RunInstances"), f"{_EC2}:instance/*"),
    (_ec2("RunInstances"), f"{_EC2}:network-interface/*"),
    (_ec2("RunInstances"), f"{_EC2}:subnet/*"),
    (_ec2("RunInstances"), f"{_EC2}:volume/*"),
    (_ec2("RunInstances"), "arn:{partition}:ec2:{region}::image/*"),
    (_ec2("RunInstances"), f"{_EC2}:launch-template/*", OWN),
    (_ec2("RunInstances"), f"{_EC2}:security-group/*", OWN),
    (_ec2("CreateTags"), f"{_EC2}:instance/*", during("RunInstances")),
    (_ec2("CreateTags"), f"{_EC2}:volume/*", during("RunInstances")),
)
_TAGS = _lb("AddTags", "RemoveTags")
TYPES: dict[str, Rights] = {
    "aws:ec2/securityGroup:SecurityGroup": (
        *_RULES,
        _LOOK,
        (_ec2("CreateSecurityGroup"), f"{_EC2}:security-group/*", NEW),
        (_ec2("CreateSecurityGroup", "DescribeVpcAttribute"), f"{_EC2}:vpc/*"),
        (_ec2("CreateTags"), f"{_EC2}:security-group/*", during("CreateSecurityGroup")),
        (_ec2("DeleteSecurityGroup"), f"{_EC2}:security-group/*", OWN),
    ),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": _RULES,
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _RULES,
    "aws:ec2/launchTemplate:LaunchTemplate": (
        (_ec2("DescribeLaunchTemplates", "DescribeLaunchTemplateVersions", "DescribeTags"), "*"),
        (_ec2("CreateLaunchTemplate"), f"{_EC2}:launch-template/*", NEW),
        (_ec2("CreateTags"), f"{_EC2}:launch-template/*", during("CreateLaunchTemplate")),
        (
            _ec2(
                "CreateLaunchTemplateVersion", "ModifyLaunchTemplate", "DeleteLaunchTemplate",
                "DeleteLaunchTemplateVersions", "CreateTags", "DeleteTags",
            ),
            f"{_EC2}:launch-template/*",
            OWN,
        ),
        (("ssm:GetParameters",), "arn:{partition}:ssm:{region}::parameter/aws/service/*"),
    ),
    "aws:autoscaling/group:Group": (
        _LOOK,
        (
            _scaling(
                "DescribeAutoScalingGroups", "DescribeScalingActivities", "DescribeTags",
                "DescribeInstanceRefreshes", "DescribeWarmPool", "DescribeLoadBalancerTargetGroups",
            ),
            "*",
        ),
        (
            _scaling(
                "CreateAutoScalingGroup", "UpdateAutoScalingGroup", "DeleteAutoScalingGroup",
                "AttachLoadBalancerTargetGroups", "DetachLoadBalancerTargetGroups",
                "CreateOrUpdateTags", "DeleteTags", "StartInstanceRefresh", "CancelInstanceRefresh",
                "SetInstanceProtection", "EnableMetricsCollection", "DisableMetricsCollection",
            ),
            _GROUP,
        ),
        # A group's instances are launched in the name of who makes the group.
        *_LAUNCHED,
        _linked("autoscaling"),
    ),
    "aws:autoscaling/policy:Policy": (
        (_scaling("DescribePolicies"), "*"),
        (
            _scaling("PutScalingPolicy", "DeletePolicy"),
            _GROUP,
        ),
    ),
    "aws:lb/loadBalancer:LoadBalancer": (
        (
            _lb(
                "DescribeLoadBalancers", "DescribeLoadBalancerAttributes", "DescribeTags",
                "DescribeCapacityReservation",
            ),
            "*",
        ),
        (
            _lb(
                "CreateLoadBalancer", "ModifyLoadBalancerAttributes", "SetSecurityGroups",
                "SetSubnets", "SetIpAddressType", "DeleteLoadBalancer",
            )
            + _TAGS,
            f"{_LB}:loadbalancer/app/{{stack}}-*",
        ),
        _LOOK,
        _linked("elasticloadbalancing"),
    ),
    "aws:lb/targetGroup:TargetGroup": (
        (
            _lb(
                "DescribeTargetGroups", "DescribeTargetGroupAttributes", "DescribeTargetHealth",
                "DescribeTags",
            ),
            "*",
        ),
        (
            _lb(
                "CreateTargetGroup", "ModifyTargetGroup", "ModifyTargetGroupAttributes",
                "DeleteTargetGroup",
            )
            + _TAGS,
            f"{_LB}:targetgroup/{{stack}}-*",
        ),
        _LOOK,
    ),
    "aws:lb/listener:Listener": (
        (_lb("DescribeListeners", "DescribeListenerAttributes", "DescribeTags"), "*"),
        (_lb("CreateListener"), f"{_LB}:loadbalancer/app/{{stack}}-*"),
        (
            _lb("ModifyListener", "ModifyListenerAttributes", "DeleteListener") + _TAGS,
            f"{_LB}:listener/app/{{stack}}-*",
        ),
    ),
    "aws:lb/listenerRule:ListenerRule": (
        (_lb("DescribeRules", "DescribeTags"), "*"),
        (_lb("CreateRule"), f"{_LB}:listener/app/{{stack}}-*"),
        (
            _lb("ModifyRule", "DeleteRule", "SetRulePriorities") + _TAGS,
            f"{_LB}:listener-rule/app/{{stack}}-*",
        ),
    ),
}  # fmt: skip
