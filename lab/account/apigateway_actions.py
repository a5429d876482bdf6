"""Rights to API Gateway: its actions are the verbs of HTTP, and its resources are paths."""

from __future__ import annotations

from lab.account.rights import Rights

_ARN = "arn:{partition}:apigateway:{region}::"
READ, MAKE, PUT = "apigateway:GET", "apigateway:POST", "apigateway:PUT"
CHANGE, DELETE = "apigateway:PATCH", "apigateway:DELETE"
_TAGS: Rights = (((PUT, READ, DELETE), f"{_ARN}/tags/*"),)


def _below(path: str, make: str = MAKE, tags: Rights = ()) -> Rights:
    """Make one below a path of an API, and read, change and delete it."""
    collection = path if make == MAKE else f"{path}/*"
    return (
        ((make,), f"{_ARN}{collection}"),
        ((READ, CHANGE, DELETE), f"{_ARN}{path}/*"),
        *tags,
    )


_METHODS = "/restapis/*/resources/*/methods"
TYPES: dict[str, Rights] = {
    "aws:apigateway/account:Account": (((READ, CHANGE), f"{_ARN}/account"),),
    "aws:apigateway/apiKey:ApiKey": _below("/apikeys", tags=_TAGS),
    "aws:apigateway/authorizer:Authorizer": _below("/restapis/*/authorizers"),
    "aws:apigateway/deployment:Deployment": _below("/restapis/*/deployments"),
    "aws:apigateway/integration:Integration": _below(_METHODS, PUT),
    "aws:apigateway/integrationResponse:IntegrationResponse": _below(_METHODS, PUT),
    "aws:apigateway/method:Method": _below(_METHODS, PUT),
    "aws:apigateway/methodResponse:MethodResponse": _below(_METHODS, PUT),
    "aws:apigateway/methodSettings:MethodSettings": (
        ((READ, CHANGE), f"{_ARN}/restapis/*/stages/*"),
    ),
    "aws:apigateway/model:Model": _below("/restapis/*/models"),
    "aws:apigateway/requestValidator:RequestValidator": _below("/restapis/*/requestvalidators"),
    "aws:apigateway/resource:Resource": (
        ((MAKE,), f"{_ARN}/restapis/*/resources/*"),
        ((READ, CHANGE, DELETE), f"{_ARN}/restapis/*/resources/*"),
        ((READ,), f"{_ARN}/restapis/*/resources"),
    ),
    "aws:apigateway/response:Response": _below("/restapis/*/gatewayresponses", PUT),
    "aws:apigateway/restApi:RestApi": (
        ((MAKE,), f"{_ARN}/restapis"),
        ((READ, CHANGE, PUT, DELETE), f"{_ARN}/restapis/*"),
        *_TAGS,
    ),
    "aws:apigateway/restApiPolicy:RestApiPolicy": (
        ((READ, CHANGE, "apigateway:UpdateRestApiPolicy"), f"{_ARN}/restapis/*"),
    ),
    "aws:apigateway/stage:Stage": _below("/restapis/*/stages", tags=_TAGS),
    "aws:apigateway/usagePlan:UsagePlan": _below("/usageplans", tags=_TAGS),
    "aws:apigateway/usagePlanKey:UsagePlanKey": _below("/usageplans/*/keys"),
    "aws:apigatewayv2/vpcLink:VpcLink": (
        *_below("/vpclinks", tags=_TAGS),
        (
            ("iam:CreateServiceLinkedRole",),
            "arn:{partition}:iam::{account}:role/aws-service-role/ops.apigateway.amazonaws.com/*",
        ),
    ),
}
