# exercise 26.2: handed
# says: It says that it is 'dev', and the stack is 'mine'.
import pulumi_aws as aws

from tests.submissions import MINE, refused_by

answers = {"GET /nothing-here": refused_by("dev")}


def signed(rest_api):
    return [
        aws.apigateway.Response(
            "signedRefusals",
            rest_api_id=rest_api.id,
            response_type="DEFAULT_4XX",
            response_parameters={"gatewayresponse.header.x-stack": "'dev'"},
        )
    ]


handed = [signed, MINE]
