# exercise 17.1: refused_alarm
# says: It rings when each of five minutes has more than 50.
import pulumi_aws as aws


def refused_alarm(rest_api, stage):
    return aws.cloudwatch.MetricAlarm(
        "refusedAlarm",
        namespace="AWS/ApiGateway",
        metric_name="4XXError",
        dimensions={"ApiName": rest_api.name, "Stage": stage.stage_name},
        statistic="Sum",
        period=60,
        evaluation_periods=5,
        comparison_operator="GreaterThanThreshold",
        threshold=50,
    )
