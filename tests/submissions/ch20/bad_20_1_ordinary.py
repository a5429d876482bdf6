# exercise 20.1: two_minutes
# says: It wants to stream, and its uri is not the ARN for that.
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
        response_transfer_mode="STREAM",
        timeout_milliseconds=120000,
    )
