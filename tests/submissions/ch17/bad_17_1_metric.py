# exercise 17.1: refused_alarm
# says: The metric is '5XXError'.
import pulumi_aws as aws


def refused_alarm(rest_api, stage):
    return aws.cloudwatch.MetricAlarm(
        "refusedAlarm",
        namespace="AWS/ApiGateway",
        metric_name="5XXError",
        dimensions={"ApiName": rest_api.name, "Stage": stage.stage_name},
        statistic="Sum",
        period=300,
        evaluation_periods=1,
        comparison_operator="GreaterThanThreshold",
        threshold=50,
    )
