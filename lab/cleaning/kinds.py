"""What an ARN names: the kind of thing, its name, what it costs at rest, and how it is deleted."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from functools import lru_cache

NOTHING: tuple[str, ...] = ()  # is paid for at rest: only calls cost


@dataclass(frozen=True)
class Kind:
    """A kind of thing that can have tags.

    Attributes:
        form: of its ARN after `arn:PARTITION:`; what is in groups are its names.
        rest: the prices, by name, of what is paid for while nobody calls; None: not known, as
            where it goes by what is stored.
        command: of AWS's CLI, which deletes it; "{0}" is the first name.
        own: which of the names is its own; the others are of what it belongs to.
    """

    name: str
    form: str
    rest: tuple[str, ...] | None = None
    command: str = ""
    own: int = -1


# In the order in which what is left over can be deleted: what uses something before that.
KINDS = (
    Kind("group of instances", r"autoscaling:.*:autoScalingGroup:.*:autoScalingGroupName/(.+)",
         NOTHING, "autoscaling delete-auto-scaling-group --force-delete --auto-scaling-group-name {0}"),
    Kind("instance", r"ec2:.*:instance/(.+)", ("instance_hour", "address_hour", "disk_month"),
         "ec2 terminate-instances --instance-ids {0}"),
    Kind("listener rule", r"elasticloadbalancing:.*:listener-rule/(.+)", NOTHING,
         "elbv2 delete-rule --rule-arn {arn}"),
    Kind("listener", r"elasticloadbalancing:.*:listener/(.+)", NOTHING,
         "elbv2 delete-listener --listener-arn {arn}"),
    Kind("load balancer", r"elasticloadbalancing:.*:loadbalancer/\w+/([^/]+)/.+",
         ("balancer_hour",), "elbv2 delete-load-balancer --load-balancer-arn {arn}"),
    Kind("target group", r"elasticloadbalancing:.*:targetgroup/([^/]+)/.+", NOTHING,
         "elbv2 delete-target-group --target-group-arn {arn}"),
    Kind("web ACL", r"wafv2:.*:(regional|global)/webacl/([^/]+)/(.+)", ("web_acl_month",), own=1),
    Kind("usage plan", r"apigateway:.*:/usageplans/([^/]+)", NOTHING,
         "apigateway delete-usage-plan --usage-plan-id {0}"),
    Kind("API key", r"apigateway:.*:/apikeys/([^/]+)", NOTHING,
         "apigateway delete-api-key --api-key {0}"),
    Kind("stage", r"apigateway:.*:/restapis/([^/]+)/stages/([^/]+)", NOTHING,
         "apigateway delete-stage --rest-api-id {0} --stage-name {1}"),
    Kind("REST API", r"apigateway:.*:/restapis/([^/]+)", NOTHING,
         "apigateway delete-rest-api --rest-api-id {0}"),
    Kind("VPC link", r"apigateway:.*:/vpclinks/([^/]+)", NOTHING,
         "apigatewayv2 delete-vpc-link --vpc-link-id {0}"),
    Kind("function", r"lambda:.*:function:([^:]+)", NOTHING,
         "lambda delete-function --function-name {0}"),
    Kind("launch template", r"ec2:.*:launch-template/(.+)", NOTHING,
         "ec2 delete-launch-template --launch-template-id {0}"),
    Kind("rule of a security group", r"ec2:.*:security-group-rule/(.+)", NOTHING),
    Kind("security group", r"ec2:.*:security-group/(.+)", NOTHING,
         "ec2 delete-security-group --group-id {0}"),
    Kind("instance profile", r"iam:.*:instance-profile/(?:.*/)?([^/]+)", NOTHING,
         "iam delete-instance-profile --instance-profile-name {0}"),
    Kind("role", r"iam:.*:role/(?:.*/)?([^/]+)", NOTHING, "iam delete-role --role-name {0}"),
    Kind("alarm", r"cloudwatch:.*:alarm:(.+)", ("alarm_month",),
         "cloudwatch delete-alarms --alarm-names {0}"),
    Kind("table", r"dynamodb:.*:table/([^/]+)", None, "dynamodb delete-table --table-name {0}"),
    Kind("user pool", r"cognito-idp:.*:userpool/(.+)", NOTHING,
         "cognito-idp delete-user-pool --user-pool-id {0}"),
    Kind("bucket", r"s3:::([^/]+)", None, "s3 rb --force s3://{0}"),
    Kind("secret", r"secretsmanager:.*:secret:(.+)", ("secret_month",),
         "secretsmanager delete-secret --secret-id {0}"),
    Kind("log group", r"logs:.*:log-group:([^:]+)", None,
         "logs delete-log-group --log-group-name {0}"),
)  # fmt: skip
OTHER = Kind("other thing", r"(.*)")
PARTITION = re.compile(r"arn:[^:]+:")


@lru_cache(1 << 15)  # a panel looks at each thing a dozen times, and there may be ten thousand
def kind_of(arn: str) -> tuple[Kind, tuple[str, ...]]:
    """What an ARN names, and its names; OTHER and the whole of it where that is not known."""
    rest = PARTITION.sub("", arn, count=1)
    for kind in KINDS:
        if found := re.fullmatch(kind.form, rest):
            return kind, found.groups()
    return OTHER, (arn,)


def order_of(kind: Kind) -> int:
    """Where it stands in the order of deletion; what is not known, last."""
    return KINDS.index(kind) if kind in KINDS else len(KINDS)


def command_of(arn: str) -> str:
    """The command that deletes it; "" where nobody here knows one."""
    kind, names = kind_of(arn)
    if not kind.command:
        return ""
    quoted = [shlex.quote(name) for name in names]
    region = arn.split(":")[3] if arn.count(":") > 2 else ""
    where = f" --region {shlex.quote(region)}" if region else ""
    return f"aws {kind.command.format(*quoted, arn=shlex.quote(arn))}{where}"
