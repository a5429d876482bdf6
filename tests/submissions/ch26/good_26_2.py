# exercise 26.2: handed
import pulumi
import pulumi_aws as aws

from tests.submissions import MINE, refused_by

answers = {"GET /nothing-here": refused_by("mine")}


def signed(rest_api):
    return [
        aws.apigateway.Response(
            "signedRefusals",
            rest_api_id=rest_api.id,
            response_type="DEFAULT_4XX",
            response_parameters={"gatewayresponse.header.x-stack": f"'{pulumi.get_stack()}'"},
        )
    ]


handed = [signed, MINE]
