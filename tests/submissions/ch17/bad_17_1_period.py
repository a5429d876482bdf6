# exercise 17.1: refused_alarm
# says: The period is 5.
import pulumi_aws as aws


def refused_alarm(rest_api, stage):
    return aws.cloudwatch.MetricAlarm(
        "refusedAlarm",
        namespace="AWS/ApiGateway",
        metric_name="4XXError",
        dimensions={"ApiName": rest_api.name, "Stage": stage.stage_name},
        statistic="Sum",
        period=5,
        evaluation_periods=1,
        comparison_operator="GreaterThanThreshold",
        threshold=50,
    )
