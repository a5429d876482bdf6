# exercise 17.1: refused_alarm
# says: The dimensions are ApiName = 'languageModelApi-1a2b3c4': not this stage's.
import pulumi_aws as aws


def refused_alarm(rest_api, stage):
    return aws.cloudwatch.MetricAlarm(
        "refusedAlarm",
        namespace="AWS/ApiGateway",
        metric_name="4XXError",
        dimensions={"ApiName": rest_api.name},
        statistic="Sum",
        period=300,
        evaluation_periods=1,
        comparison_operator="GreaterThanThreshold",
        threshold=50,
    )
