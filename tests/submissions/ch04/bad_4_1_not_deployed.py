# exercise 4.1: named
# says: There is no API that could be called.
import pulumi_aws as aws

answers = None


def named(rest_api, model_path):
    path = aws.apigateway.Resource(
        "namedPath", rest_api=rest_api.id, parent_id=model_path.id, path_part="{name}"
    )
    return aws.apigateway.Method(
        "namedMethod",
        rest_api=rest_api.id,
        resource_id=path.id,
        http_method="GET",
        authorization="NONE",
    )
