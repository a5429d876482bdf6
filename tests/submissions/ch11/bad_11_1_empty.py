# exercise 11.1: class_plan
# says: None of 12 calls was answered: {429: 12}.
import pulumi_aws as aws

from tests.submissions import of_gateway

answers = {"GET /model": of_gateway(429, "TooManyRequestsException")}


def class_plan(rest_api, stage):
    return aws.apigateway.UsagePlan(
        "classPlan",
        api_stages=[{"api_id": rest_api.id, "stage": stage.stage_name}],
        throttle_settings={"rate_limit": 1, "burst_limit": 5},
        quota_settings={"limit": 5000, "period": "WEEK"},
    )
