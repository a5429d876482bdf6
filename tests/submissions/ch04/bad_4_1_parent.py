# exercise 4.1: named
# says: The new path does not hang below /model.
import pulumi_aws as aws


def named(rest_api, model_path):
    return aws.apigateway.Resource(
        "namedPath", rest_api=rest_api.id, parent_id=rest_api.root_resource_id, path_part="{name}"
    )
