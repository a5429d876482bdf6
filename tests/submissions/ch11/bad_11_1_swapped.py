# exercise 11.1: class_plan
# says: The burst_limit is 1.
import pulumi_aws as aws


def class_plan(rest_api, stage):
    return aws.apigateway.UsagePlan(
        "classPlan",
        api_stages=[{"api_id": rest_api.id, "stage": stage.stage_name}],
        throttle_settings={"rate_limit": 5, "burst_limit": 1},
        quota_settings={"limit": 5000, "period": "WEEK"},
    )
