"""Keys, plans, validation, responses and versions in one program, through the real engine."""

from __future__ import annotations

import json
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest
import requests

# pulumi_aws.lambda_ warns of a class of its own when it is imported.
pytestmark = pytest.mark.filterwarnings("ignore:aws.lambda/microvmsimage:DeprecationWarning")

SCHEMA = json.dumps({"type": "object", "required": ["prompt"]})


def limited(value: str | None = None, rate: float = 50) -> None:
    """An API with one method that a MOCK answers, behind all that chapters 8 to 16 put before it."""
    api = aws.apigateway.RestApi("limited")
    path = aws.apigateway.Resource(
        "model", rest_api=api.id, parent_id=api.root_resource_id, path_part="model"
    )
    model = aws.apigateway.Model(
        "prompt", rest_api=api.id, name="Prompt", content_type="application/json", schema=SCHEMA
    )
    validator = aws.apigateway.RequestValidator("body", rest_api=api.id, validate_request_body=True)
    method = aws.apigateway.Method(
        "post",
        rest_api=api.id,
        resource_id=path.id,
        http_method="POST",
        authorization="NONE",
        api_key_required=True,
        request_validator_id=validator.id,
        request_models={"application/json": model.name},
    )
    place: dict[str, Any] = {
        "rest_api": api.id,
        "resource_id": path.id,
        "http_method": method.http_method,
    }
    integration = aws.apigateway.Integration(
        "mock",
        **place,
        type="MOCK",
        request_templates={"application/json": '{"statusCode": 200}'},
    )
    answer = aws.apigateway.MethodResponse(
        "200", **place, status_code="200", response_models={"application/json": "Empty"}
    )
    template = aws.apigateway.IntegrationResponse(
        "answer",
        **place,
        status_code=answer.status_code,
        response_templates={"application/json": '{"ok": true}'},
        opts=pulumi.ResourceOptions(depends_on=[integration]),
    )
    slow = aws.apigateway.Response(
        "slow",
        rest_api_id=api.id,
        response_type="INVALID_API_KEY",
        status_code="401",
        response_templates={"application/json": '{"key": "please"}'},
    )
    deployment = aws.apigateway.Deployment(
        "deployment",
        rest_api=api.id,
        opts=pulumi.ResourceOptions(depends_on=[template, slow, validator, model]),
    )
    stage = aws.apigateway.Stage("v1", rest_api=api.id, deployment=deployment.id, stage_name="v1")
    aws.apigateway.MethodSettings(
        "settings",
        rest_api=api.id,
        stage_name=stage.stage_name,
        method_path="*/*",
        settings={"metrics_enabled": True},
    )
    key = aws.apigateway.ApiKey("key", value=value)
    plan = aws.apigateway.UsagePlan(
        "plan",
        api_stages=[{"api_id": api.id, "stage": stage.stage_name}],
        quota_settings={"limit": 1000, "period": "DAY"},
        throttle_settings={"burst_limit": 10, "rate_limit": rate},
    )
    aws.apigateway.UsagePlanKey("member", key_id=key.id, key_type="API_KEY", usage_plan_id=plan.id)
    pulumi.export("url", stage.invoke_url)
    pulumi.export("key", key.value)


SIZE = 16  # resources of the program, and the stack itself


def test_limits_go_up_stay_change_and_come_down(stacks: Any) -> None:
    stack = stacks(limited)
    made = stack.up()
    assert made.summary.resource_changes == {"create": SIZE}
    outputs = made.outputs
    assert outputs["key"].secret and len(outputs["key"].value) >= 20
    url = outputs["url"].value + "/model"

    def ask(body: str, **headers: str) -> requests.Response:
        headers["content-type"] = "application/json"
        return requests.post(url, data=body, headers=headers, timeout=30)

    refused = ask('{"prompt": "x"}')
    assert (refused.status_code, refused.json()) == (401, {"key": "please"})
    key = {"x-api-key": outputs["key"].value}
    assert ask('{"prompt": "x"}', **key).json() == {"ok": True}
    assert ask("{}", **key).status_code == 400

    assert stack.refresh().summary.resource_changes == {"same": SIZE}
    # A new value makes a new key, and so a new member of the plan; a limit is changed in place.
    stack.workspace.program = lambda: limited(value="a-value-of-more-than-20", rate=5)
    changed = stack.up()
    assert changed.summary.resource_changes == {"same": SIZE - 3, "update": 1, "replace": 2}
    assert changed.outputs["key"].value == "a-value-of-more-than-20"
    assert ask('{"prompt": "x"}', **key).status_code == 401
    assert ask('{"prompt": "x"}', **{"x-api-key": "a-value-of-more-than-20"}).status_code == 200


def test_a_key_that_is_too_short_is_refused_before_anything_is_made(stacks: Any) -> None:
    stack = stacks(lambda: limited(value="short"))
    with pytest.raises(
        Exception, match=r"expected length of value to be in the range \(20 - 128\)"
    ):
        stack.preview()
