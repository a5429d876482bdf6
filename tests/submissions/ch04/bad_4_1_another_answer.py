# exercise 4.1: named
# says: GET /model/tea gets 200 in a test: {"name": ""}
import pulumi_aws as aws

from tests.submissions import of_function

answers = {"GET /model/tea": of_function(200, name="")}


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
