"""The calls of the chapter-6 program in bare boto3: what deploying costs without an engine."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

Client = Callable[[str], object]


def trust(service: str) -> str:
    """A trust policy that lets one AWS service assume the role."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def allow(action: object, resource: str, **more: object) -> str:
    """A policy of one statement that allows."""
    statement = {"Effect": "Allow", "Action": action, "Resource": resource, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def zipped(folder: Path) -> bytes:
    """A folder's Python files as Lambda wants them."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.glob("*.py")):
            archive.write(path, path.name)
    return buffer.getvalue()


def deploy(client: Client, code: Path) -> dict[str, str]:
    """Make what the program makes, in its order; returns the names and ids to remove."""
    function = make_function(client, code)
    iam, gateway = client("iam"), client("apigateway")
    role = iam.create_role(
        RoleName="bare-api", AssumeRolePolicyDocument=trust("apigateway.amazonaws.com")
    )
    iam.put_role_policy(
        RoleName="bare-api",
        PolicyName="invoke",
        PolicyDocument=allow("lambda:InvokeFunction", function["FunctionArn"]),
    )
    api = gateway.create_rest_api(name="bare", endpointConfiguration={"types": ["REGIONAL"]})
    id = api["id"]
    everyone = allow(
        "execute-api:Invoke", f"arn:aws:execute-api:us-east-1:000000000000:{id}/*", Principal="*"
    )
    gateway.update_rest_api(
        restApiId=id, patchOperations=[{"op": "replace", "path": "/policy", "value": everyone}]
    )
    where = make_method(
        gateway, id, api["rootResourceId"], function["FunctionArn"], role["Role"]["Arn"]
    )
    made = gateway.create_deployment(restApiId=id)
    gateway.create_stage(restApiId=id, stageName="v1", deploymentId=made["id"])
    return {"api": id, "resource": where, "deployment": made["id"]}


def make_function(client: Client, code: Path) -> dict[str, str]:
    """The function with its execution role and log group."""
    iam, logs = client("iam"), client("logs")
    logs.create_log_group(logGroupName="/bare/model")
    logs.put_retention_policy(logGroupName="/bare/model", retentionInDays=7)
    role = iam.create_role(
        RoleName="bare-run", AssumeRolePolicyDocument=trust("lambda.amazonaws.com")
    )
    iam.put_role_policy(
        RoleName="bare-run",
        PolicyName="log",
        PolicyDocument=allow(["logs:CreateLogStream", "logs:PutLogEvents"], "*"),
    )
    return client("lambda").create_function(
        FunctionName="bare-model",
        Role=role["Role"]["Arn"],
        Runtime="python3.12",
        Handler="handler.handler",
        Code={"ZipFile": zipped(code)},
        MemorySize=1769,
        Timeout=29,
        LoggingConfig={"LogFormat": "Text", "LogGroup": "/bare/model"},
    )


def make_method(gateway: object, api: str, root: str, function: str, role: str) -> str:
    """The path /model, its method ANY and the integration; returns the path's id."""
    path = gateway.create_resource(restApiId=api, parentId=root, pathPart="model")
    here = {"restApiId": api, "resourceId": path["id"], "httpMethod": "ANY"}
    gateway.put_method(**here, authorizationType="NONE")
    uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{function}/invocations"
    gateway.put_integration(
        **here, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri, credentials=role
    )
    return path["id"]


def destroy(client: Client, made: dict[str, str]) -> None:
    """Remove what `deploy` made, piece by piece as the engine does."""
    gateway, iam = client("apigateway"), client("iam")
    gateway.delete_stage(restApiId=made["api"], stageName="v1")
    gateway.delete_deployment(restApiId=made["api"], deploymentId=made["deployment"])
    here = {"restApiId": made["api"], "resourceId": made["resource"], "httpMethod": "ANY"}
    gateway.delete_integration(**here)
    gateway.delete_method(**here)
    gateway.delete_resource(restApiId=made["api"], resourceId=made["resource"])
    gateway.delete_rest_api(restApiId=made["api"])
    client("lambda").delete_function(FunctionName="bare-model")
    for role, policy in (("bare-api", "invoke"), ("bare-run", "log")):
        iam.delete_role_policy(RoleName=role, PolicyName=policy)
        iam.delete_role(RoleName=role)
    client("logs").delete_log_group(logGroupName="/bare/model")
