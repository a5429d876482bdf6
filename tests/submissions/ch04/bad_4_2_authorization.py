# exercise 4.2: two_methods
# says: A method asks for authorization.
import pulumi_aws as aws


def two_methods(rest_api, model_path):
    return [
        aws.apigateway.Method(
            f"method{number}",
            rest_api=rest_api.id,
            resource_id=model_path.id,
            http_method=verb,
            authorization="AWS_IAM",
        )
        for number, verb in enumerate(("GET", "POST"))
    ]
