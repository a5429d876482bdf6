"""A clean-up against a sandbox: what is ours goes, by state and by tag, and nothing else."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest

from lab.cleaning import clean_up as cleaning
from lab.cleaning import deleting
from lab.cleaning.clean_up import clean_up, leftovers
from lab.errors import LabError, NotReady, Stopped
from lab.session import owner, session
from lab.session.ready import Session

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "ec2.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)
LOGS = "arn:aws:logs:us-east-1:000000000000:log-group:"


@pytest.fixture
def opened(alarms_session: Any) -> Iterator[Session]:
    """A stack of its own, `cleaning`, beside the course's, in the same account and kit."""
    before, own, current = dict(os.environ), session.own_names, session._session
    os.environ.clear()
    os.environ.update(alarms_session[0])
    session.own_names = dict
    try:
        yield session.open_session(1, stack="cleaning")
    finally:
        session.own_names, session._session = own, current
        os.environ.clear()
        os.environ.update(before)


def tags(opened: Session, **more: str) -> dict[str, str]:
    """What the gateway itself would put on a thing of this stack."""
    found = {
        "gateway:project": "gateway",
        "gateway:stack": opened.stack.name,
        "gateway:owner": owner.owner(opened.stack.home),
    }
    return {**found, **{f"gateway:{name}": value for name, value in more.items()}}


def listed(found: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in found.items()]


def groups() -> set[str]:
    pages = boto3.client("logs").get_paginator("describe_log_groups").paginate()
    return {group["logGroupName"] for page in pages for group in page["logGroups"]}


def of_api_gateway(ours: dict[str, str]) -> None:
    """An API with a stage, in a plan with a key."""
    gateway = boto3.client("apigateway")
    api = gateway.create_rest_api(name="forgotten", tags=ours)["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    gateway.put_method(restApiId=api, resourceId=root, httpMethod="GET", authorizationType="NONE")
    gateway.put_integration(restApiId=api, resourceId=root, httpMethod="GET", type="MOCK")
    frozen = gateway.create_deployment(restApiId=api)["id"]
    gateway.create_stage(restApiId=api, stageName="v1", deploymentId=frozen, tags=ours)
    gateway.create_usage_plan(
        name="forgotten", apiStages=[{"apiId": api, "stage": "v1"}], tags=ours
    )
    gateway.create_api_key(name="forgotten", tags=ours)


def of_iam(ours: dict[str, str]) -> None:
    """A role with two policies, in an instance profile."""
    iam, name = boto3.client("iam"), "forgotten-0123abc"
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST, Tags=listed(ours))
    iam.attach_role_policy(RoleName=name, PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=TRUST.replace(
        '"Principal": {"Service": "ec2.amazonaws.com"}, ', '"Resource": "*", '))  # fmt: skip
    iam.create_instance_profile(InstanceProfileName=name, Tags=listed(ours))
    iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)


def of_others(ours: dict[str, str]) -> None:
    """A table, a bucket that is not empty, an alarm, a user pool and a web ACL."""
    boto3.client("dynamodb").create_table(
        TableName="forgotten", BillingMode="PAY_PER_REQUEST", Tags=listed(ours),
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )  # fmt: skip
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="forgotten-bucket")
    s3.put_bucket_tagging(Bucket="forgotten-bucket", Tagging={"TagSet": listed(ours)})
    s3.put_object(Bucket="forgotten-bucket", Key="a/b", Body=b"x")
    boto3.client("cloudwatch").put_metric_alarm(
        AlarmName="forgotten", Namespace="a", MetricName="b", Statistic="Sum", Period=60,
        EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanThreshold",
        Tags=listed(ours),
    )  # fmt: skip
    cognito = boto3.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="forgotten", UserPoolTags=ours)["UserPool"]["Id"]
    cognito.create_user_pool_domain(Domain="forgotten", UserPoolId=pool)
    shown = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "m"}
    boto3.client("wafv2").create_web_acl(
        Name="forgotten", Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig=shown,
        Rules=[], Tags=listed(ours),
    )  # fmt: skip


def of_ec2(ours: dict[str, str]) -> None:
    """A security group and a launch template."""
    ec2 = boto3.client("ec2")
    made = ec2.create_security_group(GroupName="forgotten", Description="forgotten")["GroupId"]
    image = ec2.describe_images()["Images"][0]["ImageId"]
    template = ec2.create_launch_template(
        LaunchTemplateName="forgotten",
        LaunchTemplateData={"ImageId": image, "InstanceType": "c7i.large"},
    )["LaunchTemplate"]["LaunchTemplateId"]
    ec2.create_tags(Resources=[made, template], Tags=listed(ours))


KINDS = {
    "REST API", "stage", "usage plan", "API key", "role", "instance profile", "table", "bucket",
    "alarm", "user pool", "web ACL", "security group", "launch template", "log group",
}  # fmt: skip


def test_what_is_ours_goes_by_state_and_by_tag_and_nothing_else_does(opened, capsys):
    logs, ours = boto3.client("logs"), tags(opened)
    session.up()
    for make in (of_api_gateway, of_iam, of_others, of_ec2):
        make(ours)
    over = tags(opened, made="2026-11-01T00:00:00Z", expires="2026-11-02")
    logs.create_log_group(logGroupName="forgotten", tags=over)
    others = {
        "of-others": {**ours, "gateway:owner": "someone"},
        "of-nobody": {name: text for name, text in ours.items() if name != "gateway:owner"},
        "of-another-stack": {**ours, "gateway:stack": "another"},
        "of-another-project": {**ours, "gateway:project": "another"},
    }
    for name, its in others.items():
        logs.create_log_group(logGroupName=name, tags=its)
    logs.create_log_group(logGroupName="untagged")

    seen = leftovers()
    found = seen.cleaning.before
    assert seen.tags == ours
    assert {thing.what for thing in found.leftovers} == KINDS and seen.receipt == ""
    assert [thing.name for thing in found.expired] == ["forgotten"]
    assert found.in_state == ("languageModelApiRole",) and found.other_stacks["course"] > 40
    assert [thing.known_to for thing in found.own if thing.known_to] == ["cleaning"]
    assert all(thing.age(found.now) is not None for thing in found.own if thing.what in (
        "REST API", "role", "log group", "API key", "stage", "table", "launch template"))  # fmt: skip
    assert [thing.arn for thing in found.elsewhere] == [f"{LOGS}of-another-stack"]
    assert found.others == 2 and not found.unasked
    assert "at least" in seen.text() and "unknown" in seen.text()

    done = clean_up()
    assert (done.left, done.leftovers, done.cleaning.state) == ((), (), "done")
    assert done.deleted == len(found.leftovers) + 1 and not done.cleaning.refused
    assert groups() >= {*others, "untagged"} and "forgotten" not in groups()
    receipt = json.loads(Path(done.receipt).read_text("utf-8"))
    assert receipt["state"] == "done" and len(receipt["deleted"]) == done.deleted
    assert receipt["after"]["in_state"] == [] and receipt["before"]["dollars_an_hour"] > 0
    assert "nothing is left" in capsys.readouterr().out

    again = clean_up()
    assert (again.deleted, again.left, again.cleaning.state) == (0, (), "done")
    assert again.receipt != done.receipt or Path(again.receipt).exists()
    for name in (*others, "untagged"):
        logs.delete_log_group(logGroupName=name)


def test_what_is_refused_is_left_with_its_command_and_goes_the_next_time(opened):
    table = boto3.client("dynamodb")
    table.create_table(
        TableName="guarded", BillingMode="PAY_PER_REQUEST", Tags=listed(tags(opened)),
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        DeletionProtectionEnabled=True,
    )  # fmt: skip
    boto3.client("logs").create_log_group(logGroupName="beside", tags=tags(opened))
    with pytest.raises(LabError, match=r"Not all of it could be deleted.\nFix: Run clean_up\(\)"):
        clean_up()
    assert "beside" not in groups()
    view = leftovers()
    assert [arn.rpartition("/")[2] for arn in view.leftovers] == ["guarded"]
    table.update_table(TableName="guarded", DeletionProtectionEnabled=False)
    assert clean_up().deleted == 1


def test_an_interrupt_in_the_middle_leaves_a_receipt_and_the_next_one_goes_on(opened, monkeypatch):
    for name in ("first", "second"):
        boto3.client("logs").create_log_group(logGroupName=name, tags=tags(opened))
    usual: Callable[..., bool] = deleting.delete

    def once(client: Any, arn: str) -> bool:
        if arn.endswith("second"):
            raise KeyboardInterrupt
        return usual(client, arn)

    with monkeypatch.context() as patch:
        patch.setattr(deleting, "delete", once)
        with pytest.raises(Stopped, match="Stopped after 1 were deleted"):
            clean_up()
    newest = max((opened.stack.home / "receipts").glob("cleaning-*.json"), key=os.path.getmtime)
    receipt = json.loads(newest.read_text("utf-8"))
    assert receipt["state"] == "stopped" and receipt["deleted"] == [f"{LOGS}first"]
    assert clean_up().deleted == 1 and not groups() & {"first", "second"}


def test_a_destroy_that_is_stopped_leaves_a_receipt_too(opened, monkeypatch):
    session.up()

    def stopped() -> None:
        raise Stopped("Stopped after an interrupt.")

    with monkeypatch.context() as patch:
        patch.setattr(cleaning.session, "destroy", stopped)
        with pytest.raises(Stopped, match="Stopped after 0 were deleted"):
            clean_up()
    view = leftovers()
    assert view.left == ("languageModelApiRole",) and view.leftovers == ()
    assert clean_up().deleted == 1


def test_on_aws_nothing_goes_before_the_stack_is_named(opened, monkeypatch):
    boto3.client("logs").create_log_group(logGroupName="paid-for", tags=tags(opened))
    opened.target = replace(opened.target, name="aws")
    monkeypatch.setattr(Session, "reach", lambda self, work: None)
    asked = clean_up()
    assert asked.cleaning.state == "idle" and asked.deleted == 0 and "paid-for" in groups()
    assert 'clean_up(confirm="cleaning")' in asked.text() and asked.receipt == ""
    with pytest.raises(LabError, match="This stack is called 'cleaning', not 'course'"):
        clean_up("course")
    assert "paid-for" in groups()
    monkeypatch.setattr(cleaning.session, "destroy", lambda: None)
    assert clean_up(confirm="cleaning").deleted == 1 and "paid-for" not in groups()


def test_who_may_not_be_asked_is_told_and_nothing_is_called_clean(opened, monkeypatch):
    usual = cleaning.client

    def denied(service: str, region: str | None = None) -> Any:
        made = usual(service, region)
        if service == "iam":
            raise made.exceptions.ClientError(
                {"Error": {"Code": "AccessDenied", "Message": "not allowed"}}, "ListRoles"
            )
        return made

    monkeypatch.setattr(cleaning, "client", denied)
    view = leftovers()
    assert len(view.cleaning.before.unasked) == 2 and "not allowed" in view.text()
    with pytest.raises(
        LabError, match="It is not known whether anything is left. roles: .*not all"
    ):
        clean_up()


def test_where_nobody_answers_one_line_says_so_and_nothing_is_deleted(opened, monkeypatch):
    monkeypatch.setattr(Session, "reach", lambda self, work: None)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setattr(
        cleaning,
        "PATIENT",
        cleaning.PATIENT.merge(cleaning.Config(retries={"total_max_attempts": 1})),
    )
    with pytest.raises(NotReady, match="AWS did not say what there is: Could not connect"):
        clean_up()


def test_a_balancer_goes_before_what_it_uses(opened):
    ec2, balancing, ours = boto3.client("ec2"), boto3.client("elbv2"), listed(tags(opened))
    subnets = ec2.describe_subnets()["Subnets"][:2]
    network = subnets[0]["VpcId"]
    group = ec2.create_security_group(GroupName="door", Description="door", VpcId=network)
    group = group["GroupId"]
    ec2.create_tags(Resources=[group], Tags=ours)
    balancer = balancing.create_load_balancer(
        Name="forgotten", Subnets=[each["SubnetId"] for each in subnets], SecurityGroups=[group],
        Scheme="internal", Tags=ours,
    )["LoadBalancers"][0]["LoadBalancerArn"]  # fmt: skip
    targets = balancing.create_target_group(
        Name="forgotten", Protocol="HTTP", Port=80, VpcId=network, Tags=ours
    )["TargetGroups"][0]["TargetGroupArn"]
    forward = [{"Type": "forward", "TargetGroupArn": targets}]
    listener = balancing.create_listener(
        LoadBalancerArn=balancer, Protocol="HTTP", Port=80, DefaultActions=forward, Tags=ours
    )["Listeners"][0]["ListenerArn"]
    balancing.create_rule(
        ListenerArn=listener, Priority=1, Actions=forward, Tags=ours,
        Conditions=[{"Field": "path-pattern", "Values": ["/a"]}],
    )  # fmt: skip
    over = leftovers().cleaning.before.leftovers
    assert [thing.what for thing in over] == [
        "listener rule", "listener", "load balancer", "target group", "security group",
    ]  # fmt: skip
    assert over[2].hourly and over[2].age(leftovers().cleaning.before.now) is not None
    done = clean_up()
    assert (done.deleted, done.left) == (5, ())
