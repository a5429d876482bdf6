# exercise 11.1: class_plan
# says: The plan names no stage, so it limits nobody.
import pulumi_aws as aws


def class_plan(rest_api, stage):
    return aws.apigateway.UsagePlan(
        "classPlan",
        throttle_settings={"rate_limit": 1, "burst_limit": 5},
        quota_settings={"limit": 5000, "period": "WEEK"},
    )
