# exercise 4.1: named
# says: {name+} takes everything below /model, slashes and all.
import pulumi_aws as aws


def named(rest_api, model_path):
    return aws.apigateway.Resource(
        "namedPath", rest_api=rest_api.id, parent_id=model_path.id, path_part="{name+}"
    )
