# exercise 4.2: two_methods
import pulumi_aws as aws


def two_methods(rest_api, model_path):
    return [
        aws.apigateway.Method(
            f"method{number}",
            rest_api=rest_api.id,
            resource_id=model_path.id,
            http_method=verb,
            authorization="NONE",
        )
        for number, verb in enumerate(("GET", "POST"))
    ]
