"""Plays a record's life through a client: boto3's, or one that looks like it."""

from __future__ import annotations

import re
import time
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.server.records.case import CODE, POLICY, Case, Change

if TYPE_CHECKING:
    from tests.sandbox.server.conftest import Account

numbers = count(1)


def build(account: Account) -> dict[str, str]:
    """What records refer to: an API with all parts, a function with versions, a role, a key."""
    gateway, functions = account.gateway, account.functions
    api, other = account.api(), account.api()
    place = api.mock("one")
    child = api.path("child")
    api.method(child)
    gateway.put_integration(restApiId=api.id, resourceId=child, httpMethod="GET", type="MOCK")
    other.method()
    deployment, other_deployment = api.deploy("v1"), api.deploy()
    gateway.put_method_response(**place, statusCode="200")
    role = account.role("lambda.amazonaws.com", {"Effect": "Allow", "Action": "*", "Resource": "*"})
    logger = account.logging_role()
    function = account.function("def handler(event, context):\n    return {}\n")
    name = function.rpartition(":")[2]
    functions.publish_version(FunctionName=name)
    functions.update_function_configuration(FunctionName=name, Description="other")
    functions.publish_version(FunctionName=name)
    layer = functions.publish_layer_version(LayerName="used", Content={"ZipFile": CODE})
    logs, cloudwatch = account.client("logs"), account.client("cloudwatch")
    logs.create_log_group(logGroupName="/there")
    logs.create_log_stream(logGroupName="/there", logStreamName="one")
    event = {"timestamp": int(time.time() * 1000), "message": "first"}
    logs.put_log_events(logGroupName="/there", logStreamName="one", logEvents=[event])
    cloudwatch.put_metric_data(Namespace="there", MetricData=[{"MetricName": "m", "Value": 1.5}])
    cloudwatch.put_metric_alarm(
        AlarmName="there",
        MetricName="m",
        Namespace="there",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=0.5,
        ComparisonOperator="GreaterThanThreshold",
    )
    policy = account.iam.create_policy(PolicyName="there", PolicyDocument=POLICY)
    invoke = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{function}/invocations"
    certificate = "arn:aws:acm:us-east-1:000000000000:certificate/1"
    gateway.create_domain_name(domainName="there.example.org", regionalCertificateArn=certificate)
    authorizer = gateway.create_authorizer(
        restApiId=api.id,
        name="a",
        type="TOKEN",
        authorizerUri=invoke,
        identitySource="method.request.header.A",
    )
    validator = gateway.create_request_validator(restApiId=api.id, name="v")
    plan = gateway.create_usage_plan(name="p")
    key = gateway.create_api_key(name="k", value="known" * 4, enabled=True)
    balancer = account.client("elbv2").create_load_balancer(
        Name="there", Type="network", Subnets=["subnet-00000001"]
    )
    return {
        "api": api.id,
        "other_api": other.id,
        "other_root": other.root,
        "root": api.root,
        "child": child,
        "deployment": deployment,
        "other_deployment": other_deployment,
        "authorizer": authorizer["id"],
        "authorizer_uri": invoke,
        "validator": validator["id"],
        "plan": plan["id"],
        "key": key["id"],
        "role": role,
        "other_role": account.role("lambda.amazonaws.com"),
        "role_name": role.rpartition("/")[2],
        "logger": logger,
        "function": name,
        "function_arn": function,
        "layer": layer["LayerVersionArn"],
        "policy": policy["Policy"]["Arn"],
        "log_group": "arn:aws:logs:us-east-1:000000000000:log-group:/there",
        "group_name": "/there",
        "domain": "there.example.org",
        "certificate": certificate,
        "pool": "arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_1",
        "balancer": balancer["LoadBalancers"][0]["LoadBalancerArn"],
    }


def filled(value: Any, world: dict[str, str]) -> Any:
    """The same with the names in braces filled in."""
    if isinstance(value, str):
        return re.sub(r"\{([a-z_]+(?:\.\w+)*)\}", lambda m: str(world.get(m[1], m[0])), value)
    if isinstance(value, dict):
        return {filled(k, world): filled(v, world) for k, v in value.items()}
    return [filled(v, world) for v in value] if isinstance(value, list) else value


def flat(value: dict[str, Any], place: str = "new") -> dict[str, str]:
    """`new.a.b` for each text in what a call answered."""
    found = {}
    for name, each in value.items():
        if isinstance(each, dict):
            found |= flat(each, f"{place}.{name}")
        else:
            found[f"{place}.{name}"] = str(each)
    return found


def at(answer: Any, place: str) -> Any:
    """What an answer holds at a place such as `Roles.0`."""
    for part in filter(None, place.split(".")):
        answer = answer[int(part)] if part.isdigit() else answer[part]
    return answer


def accepted(client: Any, call: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Those of the arguments that a call takes."""
    operation = client.meta.method_to_api_mapping[call]
    known = client.meta.service_model.operation_model(operation).input_shape.members
    return {name: value for name, value in arguments.items() if name in known}


def key_for(client: Any, call: str, key: dict[str, Any]) -> dict[str, Any]:
    """What names the record in a call: a name may be asked for by its prefix."""
    operation = client.meta.method_to_api_mapping[call]
    known = client.meta.service_model.operation_model(operation).input_shape.members
    renamed = {
        "logGroupName": "logGroupNamePrefix",
        "filterName": "filterNamePrefix",
        "DashboardName": "DashboardNames",
    }
    found = {}
    for name, value in key.items():
        if name in known:
            found[name] = value
        elif renamed.get(name) in known:
            other = renamed[name]
            found[other] = [value] if other.endswith("s") else value
    return found


def run(client: Any, case: Case, world: dict[str, str]) -> None:
    """Make a record, read it, change one attribute after the other, delete it."""
    world = {**world, "unique": f"unique{next(numbers)}"}
    created = getattr(client, case.create)(**filled(case.given, world))
    world |= flat(created)
    key = filled(case.key, world)
    if case.name == "function":
        settle(client, key)
    assert_shown(client, case, key, filled(case.shown, world))
    seen = look(client, case, key)
    assert not [name for name in case.absent if name in seen], seen
    for change in case.changes:
        arguments = {**key_for(client, change.call, key), **filled(change.arguments, world)}
        base = filled(case.given, world) if change.call == case.create else {}
        arguments = {**accepted(client, change.call, base), **arguments}
        getattr(client, change.call)(**arguments)
        if case.name == "function":
            settle(client, key)
        assert_shown(client, case, key, filled(change.shown, world), change)
    last = filled(case.delete_more, world)
    getattr(client, case.delete)(**key_for(client, case.delete, key), **last)
    if not case.stays:
        with pytest.raises((ClientError, IndexError, KeyError)):
            look(client, case, key)


def settle(client: Any, key: dict[str, Any]) -> None:
    """Wait until a function's change is done, as every client has to."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        seen = client.get_function_configuration(**key)
        if seen["State"] != "Pending" and seen["LastUpdateStatus"] != "InProgress":
            return
        time.sleep(0.02)
    raise TimeoutError(f"{key} is not ready after 10 s: {seen}")


def look(client: Any, case: Case, key: dict[str, Any]) -> dict[str, Any]:
    answer = getattr(client, case.read)(**key_for(client, case.read, key), **case.read_more)
    found: dict[str, Any] = at(answer, case.place)
    return found


def assert_shown(client: Any, case: Case, key: Any, shown: Any, change: Change | None = None):
    seen = look(client, case, key)
    differs = {n: (seen.get(n), v) for n, v in shown.items() if seen.get(n) != v}
    assert not differs, f"(seen, wanted): {differs} after {change}"
