# exercise 5.1: permission
# says: The source_arn ends with the API's id, and no call has just that as its source.
import pulumi_aws as aws


def permission(rest_api, function):
    return aws.lambda_.Permission(
        "modelPermission",
        action="lambda:InvokeFunction",
        function=function.name,
        principal="apigateway.amazonaws.com",
        source_arn=rest_api.execution_arn,
    )
