# exercise 4.1: named
# says: GET /model/tea gets 500 in a test: the method leads nowhere.
import pulumi_aws as aws

from tests.submissions import of_gateway

answers = {"GET /model/tea": of_gateway(500, "InternalServerErrorException")}


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
