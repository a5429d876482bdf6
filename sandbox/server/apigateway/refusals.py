"""Which refusals look at which call to API Gateway before it is made."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.server.apigateway import api_refusals as api
from sandbox.server.apigateway import method_refusals as methods
from sandbox.server.apigateway import plan_refusals as plans
from sandbox.server.apigateway import stage_refusals as stages
from sandbox.server.base import emulator
from sandbox.server.base.emulator import Record

v1 = emulator.v1

RULES: dict[str, Callable[[list[str], Record], None]] = {
    "CreateRestApi": api.create_rest_api,
    "CreateResource": api.create_resource,
    "DeleteResource": api.delete_resource,
    "PutMethod": methods.put_method,
    "DeleteMethod": methods.delete_child,
    "DeleteMethodResponse": methods.delete_child,
    "DeleteIntegration": methods.delete_child,
    "DeleteIntegrationResponse": methods.delete_child,
    "PutMethodResponse": methods.put_method_response,
    "PutIntegration": methods.put_integration,
    "CreateStage": stages.create_stage,
    "UpdateStage": stages.update_stage,
    "UpdateAccount": stages.update_account,
    "CreateApiKey": plans.create_api_key,
    "CreateUsagePlan": plans.create_usage_plan,
    "UpdateUsagePlan": plans.update_usage_plan,
    "DeleteUsagePlan": plans.delete_usage_plan,
    "CreateUsagePlanKey": plans.create_usage_plan_key,
    "DeleteUsagePlanKey": plans.delete_usage_plan_key,
    "CreateModel": api.create_model,
    "DeleteModel": api.delete_model,
    "CreateAuthorizer": api.create_authorizer,
    "DeleteAuthorizer": api.delete_authorizer,
    "CreateRequestValidator": api.create_request_validator,
    "DeleteGatewayResponse": api.delete_gateway_response,
}


def check(operation: str, parts: list[str], data: Record) -> None:
    """Look at a call to API Gateway before it is made.

    Raises:
        Refused: AWS would refuse it.
    """
    rule = RULES.get(operation)
    if rule is None or (
        parts[0] == "restapis" and len(parts) > 1 and parts[1] not in v1._rest_apis
    ):
        return
    rule(parts, data)
