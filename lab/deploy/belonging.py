"""What a resource belongs to: a method to its path, a path to its API, a policy to its role.

Pulumi's own parents say it only where a program groups resources itself. Else an argument says it:
it holds the other's ID, or a plan tells to which resource it refers. What is not known stands alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from lab.deploy import values
from lab.deploy.rows import spoken

API = ("aws.apigateway.RestApi", ("restApi",))
PATH = ("aws.apigateway.Resource", ("resourceId",))
METHOD = ("aws.apigateway.Method", ("restApi", "resourceId", "httpMethod"))
GROUP = ("aws.ec2.SecurityGroup", ("securityGroupId",))
POOL = ("aws.cognito.UserPool", ("userPoolId",))
ROLE = ("aws.iam.Role", ("role",))

# Type -> what it may belong to, the closest first: the other's type, and which arguments name it.
# One argument holds an ID, ARN or name of the other; several are arguments of the other as well.
OWNERS: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "aws.apigateway.Authorizer": (API,),
    "aws.apigateway.Deployment": (API,),
    "aws.apigateway.Model": (API,),
    "aws.apigateway.RequestValidator": (API,),
    "aws.apigateway.Response": (("aws.apigateway.RestApi", ("restApiId",)),),
    "aws.apigateway.RestApiPolicy": (("aws.apigateway.RestApi", ("restApiId",)),),
    "aws.apigateway.Stage": (API,),
    "aws.apigateway.Resource": (("aws.apigateway.Resource", ("parentId",)), API),
    "aws.apigateway.Method": (PATH, API),
    "aws.apigateway.Integration": (METHOD, PATH, API),
    "aws.apigateway.MethodResponse": (METHOD, PATH, API),
    "aws.apigateway.IntegrationResponse": (METHOD, PATH, API),
    "aws.apigateway.MethodSettings": (("aws.apigateway.Stage", ("restApi", "stageName")), API),
    "aws.apigateway.UsagePlanKey": (("aws.apigateway.UsagePlan", ("usagePlanId",)),),
    "aws.autoscaling.Policy": (("aws.autoscaling.Group", ("autoscalingGroupName",)),),
    "aws.cloudwatch.LogMetricFilter": (("aws.cloudwatch.LogGroup", ("logGroupName",)),),
    "aws.cognito.ResourceServer": (POOL,),
    "aws.cognito.UserPoolClient": (POOL,),
    "aws.cognito.UserPoolDomain": (POOL,),
    "aws.iam.InstanceProfile": (ROLE,),
    "aws.iam.RolePolicy": (ROLE,),
    "aws.iam.RolePolicyAttachment": (ROLE,),
    "aws.lambda_.Alias": (("aws.lambda_.Function", ("functionName",)),),
    "aws.lambda_.FunctionUrl": (("aws.lambda_.Function", ("functionName",)),),
    "aws.lambda_.Permission": (("aws.lambda_.Function", ("function",)),),
    "aws.lb.Listener": (("aws.lb.LoadBalancer", ("loadBalancerArn",)),),
    "aws.lb.ListenerRule": (("aws.lb.Listener", ("listenerArn",)),),
    "aws.s3.BucketObjectv2": (("aws.s3.Bucket", ("bucket",)),),
    "aws.secretsmanager.SecretVersion": (("aws.secretsmanager.Secret", ("secretId",)),),
    "aws.vpc.SecurityGroupEgressRule": (GROUP,),
    "aws.vpc.SecurityGroupIngressRule": (GROUP,),
    "aws.wafv2.WebAclAssociation": (("aws.wafv2.WebAcl", ("webAclArn",)),),
}
SEVERAL = sorted(
    {arguments for rules in OWNERS.values() for _, arguments in rules if len(arguments) > 1}
)
NAMES = ("arn", "name", "bucket")  # outputs by which others name a resource

Key = tuple[str, tuple[str, ...]]


class Needing(Protocol):
    """A resource and what it refers to: lab.deploy.resources has them."""

    @property
    def urn(self) -> str:
        """Which it is."""

    @property
    def type(self) -> str:
        """As a program writes it."""

    @property
    def needs(self) -> Mapping[str, tuple[str, ...]]:
        """Argument -> URNs."""


class Belonging:
    """Who belongs to whom, as far as a stream of events, or a plan, has told."""

    def __init__(self) -> None:
        self._known: dict[Key, str] = {}  # what names a resource -> its URN
        self._wanted: dict[str, list[Key]] = {}  # URN -> what would name its owner
        self._told: dict[str, str] = {}

    def saw(self, urn: str, state: Mapping[str, Any]) -> None:
        """Take in a resource as an event has it, before or after its step."""
        kind = spoken(str(state.get("type") or ""))
        inputs, outputs = state.get("inputs") or {}, state.get("outputs") or {}
        for value in (state.get("id"), *(outputs.get(name) for name in NAMES)):
            if _plain(value):
                self._known.setdefault((kind, (str(value),)), urn)
        for several in SEVERAL:
            if key := _key(kind, several, inputs):
                self._known.setdefault(key, urn)
        wanted = [_key(owner, arguments, inputs) for owner, arguments in OWNERS.get(kind, ())]
        self._wanted[urn] = [key for key in wanted if key]
        parent = str(state.get("parent") or "")
        if parent and "::pulumi:pulumi:Stack::" not in parent:
            self._told[urn] = parent

    def learn(self, resources: Iterable[Needing]) -> None:
        """Take in what a plan knows: to which resources the arguments refer."""
        for each in resources:
            for _, arguments in OWNERS.get(each.type, ()):
                # Of several arguments, the last is the one that the owner alone has.
                if owners := each.needs.get(values.snake(arguments[-1])):
                    self._told.setdefault(each.urn, owners[0])
                    break

    def owner(self, urn: str) -> str:
        """The URN of what it belongs to; "" where that is not known."""
        found = self._told.get(urn) or next(
            (self._known[key] for key in self._wanted.get(urn, ()) if key in self._known), ""
        )
        return found if found != urn else ""


def _key(kind: str, arguments: tuple[str, ...], inputs: Mapping[str, Any]) -> Key | None:
    """These arguments as what names a resource; None where one is missing or not known yet."""
    found = [inputs.get(argument) for argument in arguments]
    return (kind, tuple(map(str, found))) if all(map(_plain, found)) else None


def _plain(value: object) -> bool:
    return isinstance(value, str) and value not in ("", values.UNKNOWN)
