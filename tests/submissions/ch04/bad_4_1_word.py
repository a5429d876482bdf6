# exercise 4.1: named
# says: The path part is 'name'. Without braces it is a fixed word.
import pulumi_aws as aws


def named(rest_api, model_path):
    return aws.apigateway.Resource(
        "namedPath", rest_api=rest_api.id, parent_id=model_path.id, path_part="name"
    )
