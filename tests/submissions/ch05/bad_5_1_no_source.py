# exercise 5.1: permission
# says: There is no source_arn, so any API of any account of AWS may invoke the function.
import pulumi_aws as aws


def permission(rest_api, function):
    return aws.lambda_.Permission(
        "modelPermission",
        action="lambda:InvokeFunction",
        function=function.name,
        principal="apigateway.amazonaws.com",
    )
