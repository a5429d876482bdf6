# exercise 4.1: named
# says: The path part 'model/{name}' has a slash in it. Each resource is one part of a path.
import pulumi_aws as aws


def named(rest_api, model_path):
    return aws.apigateway.Resource(
        "namedPath", rest_api=rest_api.id, parent_id=model_path.id, path_part="model/{name}"
    )
