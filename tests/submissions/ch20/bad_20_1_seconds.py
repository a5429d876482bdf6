# exercise 20.1: two_minutes
# says: The timeout_milliseconds is 120.
import pulumi_aws as aws


def two_minutes(rest_api, method, function):
    return aws.apigateway.Integration(
        "patientIntegration",
        rest_api=rest_api.id,
        resource_id=method.resource_id,
        http_method=method.http_method,
        type="AWS_PROXY",
        integration_http_method="POST",
        uri=function.response_streaming_invoke_arn,
        response_transfer_mode="STREAM",
        timeout_milliseconds=120,
    )
