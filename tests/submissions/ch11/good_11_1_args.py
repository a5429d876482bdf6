# exercise 11.1: class_plan
import pulumi_aws as aws


def class_plan(rest_api, stage):
    return aws.apigateway.UsagePlan(
        "plan",
        api_stages=[
            aws.apigateway.UsagePlanApiStageArgs(api_id=rest_api.id, stage=stage.stage_name)
        ],
        throttle_settings=aws.apigateway.UsagePlanThrottleSettingsArgs(
            rate_limit=2.0, burst_limit=30
        ),
        quota_settings=aws.apigateway.UsagePlanQuotaSettingsArgs(limit=5000, period="WEEK"),
    )
