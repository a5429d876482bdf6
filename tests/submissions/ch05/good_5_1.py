# exercise 5.1: permission
import pulumi
import pulumi_aws as aws


def permission(rest_api, function):
    return aws.lambda_.Permission(
        "modelPermission",
        action="lambda:InvokeFunction",
        function=function.name,
        principal="apigateway.amazonaws.com",
        source_arn=pulumi.Output.concat(rest_api.execution_arn, "/*/*/model"),
    )
