# exercise 5.1: permission
# says: The source_arn is arn:aws:execute-api:us-east-1:123456789012:other/*: not this API.
import pulumi_aws as aws


def permission(rest_api, function):
    return aws.lambda_.Permission(
        "modelPermission",
        action="lambda:InvokeFunction",
        function=function.name,
        principal="apigateway.amazonaws.com",
        source_arn="arn:aws:execute-api:us-east-1:123456789012:other/*",
    )
