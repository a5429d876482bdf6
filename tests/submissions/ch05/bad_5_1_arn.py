# exercise 5.1: permission
# says: The source_arn is rest_api.arn: that names the API to those who manage it.
import pulumi_aws as aws


def permission(rest_api, function):
    return aws.lambda_.Permission(
        "modelPermission",
        action="lambda:InvokeFunction",
        function=function.name,
        principal="apigateway.amazonaws.com",
        source_arn=rest_api.arn,
    )
