# exercise 17.1: refused_alarm
# says: Without dimensions there is no such metric on AWS, and no alarm.
import pulumi_aws as aws


def refused_alarm(rest_api, stage):
    return aws.cloudwatch.MetricAlarm(
        "refusedAlarm",
        namespace="AWS/ApiGateway",
        metric_name="4XXError",
        statistic="Sum",
        period=300,
        evaluation_periods=1,
        comparison_operator="GreaterThanThreshold",
        threshold=50,
    )
