# exercise 17.1: refused_alarm
import pulumi_aws as aws

from tests.submissions import of_gateway

answers = {
    "GET /model": of_gateway(401, "UnauthorizedException"),
    "alarm": {False: "OK", True: "ALARM"},
}


def refused_alarm(rest_api, stage):
    return aws.cloudwatch.MetricAlarm(
        "refusedAlarm",
        namespace="AWS/ApiGateway",
        metric_name="4XXError",
        dimensions={"ApiName": rest_api.name, "Stage": stage.stage_name},
        statistic="Sum",
        period=300,
        evaluation_periods=1,
        comparison_operator="GreaterThanOrEqualToThreshold",
        threshold=51,
        treat_missing_data="notBreaching",
    )
