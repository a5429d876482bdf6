# exercise 11.1: class_plan
import pulumi_aws as aws

from tests.submissions import in_turn, of_function, of_gateway

WELL, LIMITED = of_function(200, name="SmolLM2"), of_gateway(429, "TooManyRequestsException")
answers = {"GET /model": in_turn(6, WELL, LIMITED)}


def class_plan(rest_api, stage):
    return aws.apigateway.UsagePlan(
        "classPlan",
        api_stages=[{"api_id": rest_api.id, "stage": stage.stage_name}],
        throttle_settings={"rate_limit": 1, "burst_limit": 5},
        quota_settings={"limit": 5000, "period": "WEEK"},
    )
