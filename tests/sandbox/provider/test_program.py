"""The gateway program as it is, through the real engine and the provider, to a real emulator."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pulumi
import pulumi_aws as aws
import pytest
import requests
from pulumi import automation

from gateway import metrics, program
from gateway.account import account_rules
from gateway.policies import trust_policy
from gateway.program import gateway
from gateway.settings import Settings
from sandbox import cloud
from sandbox.server.base import settings

SIZE = 90  # resources of the program, and the stack itself
UNCHANGED = ("same", "read")  # read: the stack its own last outputs


@pytest.fixture
def client(running: cloud.Running, endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    for name, value in settings.client(endpoint, running.key).items():
        monkeypatch.setenv(name, value)
    # Not the session that other tests of this process share: it keeps the first key that it found.
    return lambda service: boto3.Session().client(service, endpoint_url=endpoint)


def changes(result: Any) -> dict[str, int]:
    """How many resources were created, updated and so on; those that stayed left out."""
    found = result.summary.resource_changes or {}
    return {str(op): count for op, count in found.items() if str(op) not in UNCHANGED}


def ops(stack: automation.Stack, **options: Any) -> dict[str, int]:
    """What a preview would do."""
    found = stack.preview(**options).change_summary
    return {str(op): count for op, count in found.items() if str(op) not in UNCHANGED}


def course() -> None:
    gateway(Settings(model_layer=False, logging_role="own"))


def test_the_program_goes_up_stays_refreshes_and_goes_down(stacks: Any, client: Any) -> None:
    stack = stacks(course)
    assert ops(stack) == {"create": SIZE}
    up = stack.up()
    assert changes(up) == {"create": SIZE}
    api = up.outputs["rest_api_id"].value
    assert up.outputs["invoke_url"].value.endswith(f"/_aws/execute-api/{api}/v1")
    assert changes(stack.up()) == {}
    assert ops(stack, refresh=True) == {}
    assert changes(stack.refresh()) == {}
    assert changes(stack.up()) == {}
    stack.destroy()
    assert json.loads(json.dumps(stack.export_stack().deployment)).get("resources", []) == []
    assert api not in [each["id"] for each in client("apigateway").get_rest_apis()["items"]]
    assert not client("lambda").list_functions()["Functions"]


def test_tags_come_to_what_is_there_and_say_when_the_rest_was_made(
    stacks: Any, client: Any
) -> None:
    chosen: dict[str, Any] = {"monthly_dollars": 5.0}
    trust = trust_policy("lambda.amazonaws.com")

    def tagged() -> None:
        if "owner" in chosen:
            account_rules(Settings(**chosen))
            group = aws.cloudwatch.LogGroup("tagged", tags={"team": "one"})
            pulumi.export("arn", group.arn)
            metrics.bill_alarm(Settings(**chosen))
        pulumi.export("role", aws.iam.Role("tagged", assume_role_policy=trust).name)

    stack = stacks(tagged)
    role = stack.up().outputs["role"].value
    chosen["owner"] = "ada"
    up = stack.up()
    assert changes(up) == {"create": 2, "update": 1}
    assert changes(stack.up()) == {}
    ours = {"gateway:project": "gateway", "gateway:stack": "test"}
    ours["gateway:owner"] = "ada"
    iam = client("iam").list_role_tags(RoleName=role)["Tags"]
    assert {each["Key"]: each["Value"] for each in iam} == ours  # when it was made is not known
    logs = client("logs").list_tags_for_resource(resourceArn=up.outputs["arn"].value)["tags"]
    made = logs.pop("gateway:made")
    assert logs == {**ours, "team": "one"} and made.endswith("Z")
    chosen["expires"] = "2026-12-24"
    assert changes(stack.up()) == {"update": 3}
    again = client("logs").list_tags_for_resource(resourceArn=up.outputs["arn"].value)["tags"]
    assert again == {**logs, "gateway:made": made, "gateway:expires": "2026-12-24"}
    stack.destroy()


def test_the_deployed_function_may_be_one_that_exists_or_its_alias(
    stacks: Any, client: Any
) -> None:
    first = stacks(course, "first").up()
    name = first.outputs["function_name"].value
    chosen = {"function_name": name, "tokens_per_day": 0, "logging_role": "own"}
    stack = stacks(lambda: gateway(Settings(**chosen)), "second")
    second = stack.up()
    assert second.outputs["function_arn"].value == first.outputs["function_arn"].value
    # No function, role, rights, log; and no alarm of tokens.
    assert changes(second) == {"create": SIZE - 5}
    version = client("lambda").publish_version(FunctionName=name)["Version"]
    client("lambda").create_alias(FunctionName=name, Name="live", FunctionVersion=version)
    chosen["function_qualifier"] = "live"
    third = stack.up()
    assert f":{name}:live/invocations" in third.outputs["integration_uri"].value
    url = third.outputs["model_url"].value
    key = third.outputs["team_keys"].value["blue"]
    answer = requests.get(url, headers={"Authorization": f"Bearer {key}"}, timeout=60)
    assert answer.json()["name"] == "SmolLM2-135M-Instruct"


def test_a_function_that_does_not_exist_is_one_line(stacks: Any) -> None:
    stack = stacks(
        lambda: gateway(Settings(function_name="no-such", model_layer=False, logging_role="own"))
    )
    with pytest.raises(automation.CommandError) as raised:
        stack.preview()
    told = str(raised.value)
    assert "resource 'no-such' does not exist" in told
    assert "Traceback" not in told


def test_what_is_protected_stays_until_it_is_no_more(stacks: Any, client: Any) -> None:
    chosen: dict[str, Any] = {"model_layer": False, "logging_role": "own", "protect": True}
    chosen["permissions_boundary"] = "arn:aws:iam::aws:policy/PowerUserAccess"
    stack = stacks(lambda: gateway(Settings(**chosen)))
    stack.up()
    for role in client("iam").list_roles()["Roles"]:
        if "authorizer" in role["RoleName"]:
            whole = client("iam").get_role(RoleName=role["RoleName"])["Role"]
            bound = whole["PermissionsBoundary"]["PermissionsBoundaryArn"]
            assert bound == chosen["permissions_boundary"]
    with pytest.raises(automation.CommandError, match="cannot be deleted"):
        stack.destroy()
    chosen["protect"] = False
    stack.up()
    stack.destroy()


def test_a_changed_setting_changes_its_resource_and_no_other(stacks: Any) -> None:
    chosen = {"memory_size": 512}
    stack = stacks(lambda: gateway(Settings(model_layer=False, logging_role="own", **chosen)))
    stack.up()
    chosen["memory_size"] = 256
    assert changes(stack.up()) == {"update": 1}
    chosen["team_quota"] = 3
    assert changes(stack.up()) == {"update": 2}  # a plan for each team
    chosen["stage_name"] = "v2"  # type: ignore[assignment]
    # The stage, five settings of its methods and its execution log; what names the stage is updated:
    # two plans, two alarms and the dashboard.
    assert changes(stack.up()) == {"replace": 7, "update": 5}
    assert changes(stack.up()) == {}


def test_another_verb_of_the_method_is_deployed_by_one_up(
    stacks: Any, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = stacks(course)
    api = stack.up().outputs["rest_api_id"].value

    def put(rest_api: aws.apigateway.RestApi, path: aws.apigateway.Resource, *_: Any) -> Any:
        return aws.apigateway.Method(
            "modelMethod",
            rest_api=rest_api.id,
            resource_id=path.id,
            http_method="PUT",
            authorization="AWS_IAM",
            opts=pulumi.ResourceOptions(delete_before_replace=True),
        )

    usual = program.model_method
    monkeypatch.setattr(program, "model_method", put)
    # Method, integration and deployment; the stage is pointed at the new one.
    assert changes(stack.up()) == {"replace": 3, "update": 1}
    assert changes(stack.up()) == {}
    paths = client("apigateway").get_resources(restApiId=api, embed=["methods"])["items"]
    (methods,) = [each["resourceMethods"] for each in paths if each["path"] == "/model"]
    assert sorted(methods) == ["POST", "PUT"]  # POST is chapter 11's
    assert all(method["methodIntegration"] for method in methods.values())
    monkeypatch.setattr(program, "model_method", usual)
    assert changes(stack.up()) == {"replace": 3, "update": 1}


def test_an_integration_whose_replacement_failed_is_there_after_the_next_up(
    stacks: Any, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = stacks(course)
    api = stack.up().outputs["rest_api_id"].value

    def wrong(function: Any, _: Any) -> Any:
        return {"uri": function.arn}

    with monkeypatch.context() as patched:
        patched.setattr(program, "invocation", wrong)
        with pytest.raises(automation.CommandError, match="must contain path or action"):
            stack.up()
    stack.up()
    paths = client("apigateway").get_resources(restApiId=api, embed=["methods"])["items"]
    (methods,) = [each["resourceMethods"] for each in paths if each["path"] == "/model"]
    assert methods["ANY"]["methodIntegration"]["credentials"]


def test_a_refresh_sees_what_others_changed_and_an_up_puts_it_back(
    stacks: Any, client: Any
) -> None:
    stack = stacks(course)
    outputs = stack.up().outputs
    logs, apis = client("logs"), client("apigateway")
    group, api = outputs["log_group"].value, outputs["rest_api_id"].value
    logs.put_retention_policy(logGroupName=group, retentionInDays=30)
    apis.delete_stage(restApiId=api, stageName="v1")
    # With the stage, the settings of its methods went; and the stack sees its own outputs anew.
    assert changes(stack.refresh()) == {"delete": 6, "update": 2}
    assert changes(stack.up()) == {"create": 6, "update": 1}
    assert (
        logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]["retentionInDays"] == 7
    )


def test_an_imported_role_needs_no_change(stacks: Any, client: Any) -> None:
    trust = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "lambda.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                }
            ],
        }
    )
    client("iam").create_role(
        RoleName="theirs", AssumeRolePolicyDocument=trust, Description="made by hand"
    )

    def program() -> None:
        role = aws.iam.Role(
            "mine",
            name="theirs",
            description="made by hand",
            assume_role_policy=trust,
            opts=pulumi.ResourceOptions(import_="theirs"),
        )
        pulumi.export("arn", role.arn)

    stack = stacks(program)
    assert changes(stack.up()) == {"create": 1, "import": 1}  # the stack, and the role
    assert changes(stack.up()) == {}


def test_a_refusal_of_aws_is_shown_in_the_official_words(stacks: Any) -> None:
    def program() -> None:
        aws.apigateway.Resource("lost", rest_api="nope", parent_id="nope", path_part="x")

    with pytest.raises(automation.CommandError) as failed:
        stacks(program).up()
    text = str(failed.value)
    assert "creating API Gateway Resource: operation error API Gateway: CreateResource" in text
    assert "NotFoundException: Invalid API identifier specified" in text


def test_what_left_the_program_is_named_by_the_first_up_and_gone_after_the_second(
    stacks: Any, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = stacks(course)
    outputs = stack.up().outputs
    wrong = f"{outputs['invoke_url'].value}/nothing"
    assert requests.get(wrong, timeout=30).json()["error"]["code"] == "refused"
    monkeypatch.setattr(program, "error_responses", lambda *_: [])
    first = stack.up()
    assert "errorResponse-DEFAULT_4XX" in first.stdout
    assert "still part of what is served. Run `pulumi up` once more." in first.stdout
    assert "error" in requests.get(wrong, timeout=30).json()  # deleted, and served
    second = stack.up()
    assert "once more" not in second.stdout
    assert changes(second) == {"replace": 1, "update": 1}  # the deployment; the stage points at it
    assert "message" in requests.get(wrong, timeout=30).json()
    assert changes(stack.up()) == {}


def test_a_function_that_is_not_there_is_an_error_with_its_name(stacks: Any) -> None:
    with pytest.raises(automation.CommandError, match="resource 'nobody' does not exist") as failed:
        stacks(lambda: gateway(Settings(function_name="nobody"))).up()
    assert "Traceback" not in str(failed.value)
