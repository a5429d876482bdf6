# exercise 11.1: class_plan
import pulumi_aws as aws

from tests.submissions import in_turn, of_function, of_gateway

WELL, LIMITED = of_function(200, name="SmolLM2"), of_gateway(429, "TooManyRequestsException")
answers = {"GET /model": in_turn(5, WELL, LIMITED)}


def class_plan(rest_api, stage):
    return aws.apigateway.UsagePlan(
        "plan",
        api_stages=[
            aws.apigateway.UsagePlanApiStageArgs(api_id=rest_api.id, stage=stage.stage_name)
        ],
        throttle_settings=aws.apigateway.UsagePlanThrottleSettingsArgs(
            rate_limit=1.0, burst_limit=5
        ),
        quota_settings=aws.apigateway.UsagePlanQuotaSettingsArgs(limit=5000, period="WEEK"),
    )
