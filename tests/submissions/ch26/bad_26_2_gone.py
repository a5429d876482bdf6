# exercise 26.2: handed
# says: The stack mine has no URL.
import types

import pulumi
import pulumi_aws as aws


def signed(rest_api):
    return [
        aws.apigateway.Response(
            "signedRefusals",
            rest_api_id=rest_api.id,
            response_type="DEFAULT_4XX",
            response_parameters={"gatewayresponse.header.x-stack": f"'{pulumi.get_stack()}'"},
        )
    ]


handed = [signed, types.SimpleNamespace(name="mine", outputs=dict)]
