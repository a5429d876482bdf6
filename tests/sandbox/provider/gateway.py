"""An API with a method that answers, for tests of what is built upon one."""

from __future__ import annotations

from typing import Any

from sandbox.provider.core.context import Context
from tests.sandbox.provider.lifecycle import Life, Lives

API = "aws:apigateway/restApi:RestApi"
RESOURCE = "aws:apigateway/resource:Resource"
METHOD = "aws:apigateway/method:Method"
INTEGRATION = "aws:apigateway/integration:Integration"
DEPLOYMENT = "aws:apigateway/deployment:Deployment"
STAGE = "aws:apigateway/stage:Stage"


def seen(ctx: Context, operation: str, **where: Any) -> dict[str, Any]:
    """What boto3 tells of something now."""
    return dict(getattr(ctx.client("apigateway"), operation)(**where))


def mock_method(life: Lives, verb: str = "POST") -> dict[str, str]:
    """A method `/model` of a new API that a MOCK answers; returns the arguments that name it."""
    api = life(API, name=life.name("api"))
    path = life(RESOURCE, restApi=api.id, parentId=api.outputs["rootResourceId"], pathPart="model")
    place = {"restApi": api.id, "resourceId": path.id, "httpMethod": verb}
    life(METHOD, **place, authorization="NONE")
    life(INTEGRATION, **place, type="MOCK")
    return place


def stage(life: Lives, api: str, name: str = "v1") -> Life:
    """A stage that serves what the API is now."""
    deployment = life(DEPLOYMENT, restApi=api)
    return life(STAGE, restApi=api, deployment=deployment.id, stageName=name)


def method(life: Lives, path: Life, **more: Any) -> Life:
    inputs = {"restApi": path.inputs["restApi"], "resourceId": path.id, "httpMethod": "POST"}
    return life(METHOD, **{**inputs, "authorization": "NONE", **more})


def where(path: Life, verb: str = "POST") -> dict[str, str]:
    return {"restApiId": path.inputs["restApi"], "resourceId": path.id, "httpMethod": verb}


def integration(life: Lives, path: Life, **more: Any) -> Life:
    method(life, path, requestParameters={"method.request.querystring.q": False})
    inputs = {"restApi": path.inputs["restApi"], "resourceId": path.id, "httpMethod": "POST"}
    return life(INTEGRATION, **inputs, **more)
