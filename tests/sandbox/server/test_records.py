"""Every attribute is created, read back as given, changed one at a time; every answer has AWS's types."""

from __future__ import annotations

import copy
import re
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.sandbox.server.records import APIGATEWAY, CODE, POLICY, Case, Change
from tests.sandbox.server.records_more import CLOUDWATCH, IAM, LAMBDA, LOGS
from tests.sandbox.server.strict import watch

CASES = (*APIGATEWAY, *LAMBDA, *IAM, *CLOUDWATCH, *LOGS)


@pytest.fixture(scope="module")
def world(account):
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
    account.client("logs").create_log_group(logGroupName="/there")
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
        Name="there", Type="network", Subnets=["subnet-1"]
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


@pytest.mark.parametrize(
    ("case", "protocol"),
    [(case, "") for case in CASES]
    + [(case, protocol) for case in CLOUDWATCH for protocol in ("query", "smithy-rpc-v2-cbor")],
    ids=lambda value: value.name if isinstance(value, Case) else value,
)
def test_a_record_is_what_was_given_and_changes_one_attribute_at_a_time(
    account, world, case, protocol
):
    client = speaking(account, protocol) if protocol else account.watched(case.service)
    wrong = watch(client)
    try:
        run(client, case, dict(world))
    finally:
        assert not wrong


def run(client: Any, case: Case, world: dict[str, Any]) -> None:
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
    getattr(client, case.delete)(**key_for(client, case.delete, key))
    if not case.stays:
        with pytest.raises((ClientError, IndexError)):
            look(client, case, key)


def settle(client: Any, key: dict[str, Any]) -> None:
    """Wait until a function's change is done, as every client has to."""
    waiter = client.get_waiter("function_updated_v2")
    waiter.wait(**key, WaiterConfig={"Delay": 0.02, "MaxAttempts": 200})


def look(client: Any, case: Case, key: dict[str, Any]) -> dict[str, Any]:
    answer = getattr(client, case.read)(**key_for(client, case.read, key), **case.read_more)
    found: dict[str, Any] = at(answer, case.place)
    return found


def assert_shown(client: Any, case: Case, key: Any, shown: Any, change: Change | None = None):
    seen = look(client, case, key)
    differs = {n: (seen.get(n), v) for n, v in shown.items() if seen.get(n) != v}
    assert not differs, change


def speaking(account: Any, protocol: str) -> Any:
    """CloudWatch's client in the protocol of older SDKs (query) or of the newest (CBOR)."""
    session = boto3.Session()
    loader = session._session.get_component("data_loader")
    load = loader.load_service_model

    def only(*args: Any, **more: Any) -> Any:
        model = load(*args, **more)
        if args[1] != "service-2":
            return model
        model = copy.deepcopy(model)
        model["metadata"] |= {"protocol": protocol, "protocols": [protocol]}
        model["metadata"].pop("awsQueryCompatible", None)
        return model

    loader.load_service_model = only
    return account.connect("cloudwatch", session)
