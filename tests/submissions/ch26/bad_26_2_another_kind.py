# exercise 26.2: handed
# says: Its response_type is 'ACCESS_DENIED'.
import pulumi
import pulumi_aws as aws

from tests.submissions import MINE


def signed(rest_api):
    return [
        aws.apigateway.Response(
            "signedRefusals",
            rest_api_id=rest_api.id,
            response_type="ACCESS_DENIED",
            response_parameters={"gatewayresponse.header.x-stack": f"'{pulumi.get_stack()}'"},
        )
    ]


handed = [signed, MINE]
