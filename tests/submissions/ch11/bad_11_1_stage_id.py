# exercise 11.1: class_plan
# says: The plan is for languageModelApi-id/languageModelStage-id: not this stage.
import pulumi_aws as aws


def class_plan(rest_api, stage):
    return aws.apigateway.UsagePlan(
        "classPlan",
        api_stages=[{"api_id": rest_api.id, "stage": stage.id}],
        throttle_settings={"rate_limit": 1, "burst_limit": 5},
        quota_settings={"limit": 5000, "period": "WEEK"},
    )
