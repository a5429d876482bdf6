# exercise 20.1: two_minutes
# says: This integration waits for the whole answer, and then hands it on.
import pulumi_aws as aws


def two_minutes(rest_api, method, function):
    return aws.apigateway.Integration(
        "patientIntegration",
        rest_api=rest_api.id,
        resource_id=method.resource_id,
        http_method=method.http_method,
        type="AWS_PROXY",
        integration_http_method="POST",
        uri=function.invoke_arn,
        timeout_milliseconds=29000,
    )
