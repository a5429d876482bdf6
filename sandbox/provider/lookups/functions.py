"""What programs look up: the caller, the region, the partition, and things that exist already."""

from __future__ import annotations

from typing import Any

from sandbox.provider.apigateway.rest_apis import read_rest_api
from sandbox.provider.core.answers import find, given
from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import CallError, doing
from sandbox.provider.core.kinds import Inputs, Outputs
from sandbox.provider.lambda_ import config
from sandbox.provider.logs.groups import read_log_group
from sandbox.provider.lookups import ec2, images
from sandbox.provider.lookups.policy_document import get_policy_document


def get_caller_identity(ctx: Context, arguments: Inputs) -> Outputs:
    """Who the calls are made as."""
    with doing("reading STS Caller Identity", "sts"):
        caller = ctx.client("sts").get_caller_identity()
    account = caller["Account"]
    return {"accountId": account, "arn": caller["Arn"], "id": account, "userId": caller["UserId"]}


def _partitions() -> list[dict[str, Any]]:
    """botocore's own table of partitions and regions."""
    from botocore.session import get_session

    return list(get_session().get_data("partitions")["partitions"])


def _partition_of(region: str) -> dict[str, Any]:
    tables = _partitions()
    return next((table for table in tables if region in table["regions"]), tables[0])


def get_region(ctx: Context, arguments: Inputs) -> Outputs:
    """A region by name or endpoint, or the provider's own."""
    endpoint = arguments.get("endpoint", "")
    named = endpoint.split(".")[1] if endpoint.count(".") > 1 else None
    region = arguments.get("region") or arguments.get("name") or named or ctx.region
    table = _partition_of(region)
    if region not in table["regions"]:
        raise CallError(f'no region found for name "{region}"')
    return {
        "description": table["regions"][region]["description"],
        "endpoint": f"ec2.{region}.{table['outputs']['dnsSuffix']}",
        "id": region,
        "name": region,
        "region": region,
    }


def get_partition(ctx: Context, arguments: Inputs) -> Outputs:
    """The partition of the provider's region: `aws`, but for China and the US government."""
    table = _partition_of(ctx.region)
    suffix = table["outputs"]["dnsSuffix"]
    return {
        "dnsSuffix": suffix,
        "id": table["id"],
        "partition": table["id"],
        "reverseDnsPrefix": ".".join(reversed(suffix.split("."))),
    }


def get_function(ctx: Context, arguments: Inputs) -> Outputs:
    """An existing Lambda function: of the given qualifier, else its newest published version."""
    client, name = ctx.client("lambda"), arguments["functionName"]
    missing = "ResourceNotFoundException"
    with doing(f"reading Lambda Function ({name})", "lambda"):
        qualifier = arguments.get("qualifier")
        if not qualifier:
            answer = find(client.list_versions_by_function, missing, FunctionName=name)
            versions = [each["Version"] for each in answer["Versions"]] if answer else []
            qualifier = versions[-1] if versions and versions[-1] != "$LATEST" else None
        function = find(
            client.get_function, missing, FunctionName=name, **given(Qualifier=qualifier)
        )
    if function is None:
        raise CallError(f"reading Lambda Function ({name}): couldn't find resource")
    return _function_result(ctx, function, arguments)


def _function_result(ctx: Context, function: dict[str, Any], arguments: Inputs) -> Outputs:
    found = config.outputs(ctx, function, {})
    version = function["Configuration"]["Version"]
    plain = found["arn"]
    for suffix in (version, arguments.get("qualifier")):
        plain = plain.removesuffix(f":{suffix}")
    qualified = found["arn"] if found["arn"] != plain else f"{plain}:{version}"
    signing = function["Configuration"].get("CodeSigningConfigArn", "")
    return {
        "architectures": found["architectures"] or [],
        "arn": plain,
        "capacityProviderConfigs": _listed(found["capacityProviderConfig"]),
        "codeSha256": found["codeSha256"],
        "codeSigningConfigArn": signing,
        "deadLetterConfig": found["deadLetterConfig"] or {"targetArn": ""},
        "description": found["description"] or "",
        "durableConfigs": _listed(found["durableConfig"]),
        "environment": found["environment"] or {"variables": {}},
        "ephemeralStorages": _listed(found["ephemeralStorage"]),
        "fileSystemConfigs": _listed(found["fileSystemConfig"]),
        "functionName": arguments["functionName"],
        "handler": found["handler"] or "",
        "id": arguments["functionName"],
        "imageUri": found["imageUri"] or "",
        "invokeArn": config.invoke_arn(ctx, plain),
        "kmsKeyArn": found["kmsKeyArn"] or "",
        "lastModified": found["lastModified"],
        "layers": found["layers"] or [],
        "loggingConfigs": [_filled_logging(found["loggingConfig"])],
        "memorySize": found["memorySize"],
        "qualifiedArn": qualified,
        "qualifiedInvokeArn": config.invoke_arn(ctx, qualified),
        "qualifier": arguments.get("qualifier"),
        "region": ctx.region,
        "reservedConcurrentExecutions": found["reservedConcurrentExecutions"],
        "responseStreamingInvokeArn": config.streaming_arn(ctx, plain),
        "role": found["role"],
        "runtime": found["runtime"] or "",
        "signingJobArn": found["signingJobArn"],
        "signingProfileVersionArn": found["signingProfileVersionArn"],
        "sourceCodeHash": found["codeSha256"],
        "sourceCodeSize": found["sourceCodeSize"],
        "sourceKmsKeyArn": found["sourceKmsKeyArn"] or "",
        "tags": found["tags"] or {},
        "tenancyConfigs": _listed(found["tenancyConfig"]),
        "timeout": found["timeout"],
        "tracingConfig": found["tracingConfig"] or {"mode": "PassThrough"},
        "version": version,
        "vpcConfig": {
            "ipv6AllowedForDualStack": False,
            "securityGroupIds": [],
            "subnetIds": [],
            "vpcId": "",
            **(found["vpcConfig"] or {}),
        },
    }


def _listed(value: Outputs | None) -> list[Outputs]:
    """A single nested value as the lookup's list of none or one."""
    return [value] if value else []


def _filled_logging(value: Outputs) -> Outputs:
    return {"applicationLogLevel": "", "systemLogLevel": "", **value}


def get_log_group(ctx: Context, arguments: Inputs) -> Outputs:
    """An existing CloudWatch log group, by its exact name."""
    name = arguments["name"]
    with doing(f"reading CloudWatch Logs Log Group ({name})", "logs"):
        group = read_log_group(ctx, name, {})
        found = ctx.client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    if group is None:
        raise CallError(f"reading CloudWatch Logs Log Group ({name}): couldn't find resource")
    created = next(each for each in found if each["logGroupName"] == name)["creationTime"]
    shown = ("arn", "deletionProtectionEnabled", "logGroupClass", "name", "retentionInDays")
    return {
        **{key: group[key] for key in shown},
        "creationTime": created,
        "id": name,
        "kmsKeyId": group["kmsKeyId"] or "",
        "region": ctx.region,
        "tags": group["tags"] or {},
    }


def get_rest_api(ctx: Context, arguments: Inputs) -> Outputs:
    """The one REST API of this name."""
    name = arguments["name"]
    with doing("reading API Gateway REST APIs", "apigateway"):
        pages = ctx.client("apigateway").get_paginator("get_rest_apis").paginate()
        ids = [api["id"] for page in pages for api in page["items"] if api["name"] == name]
        if len(ids) != 1:
            found = "multiple" if ids else "no"
            raise CallError(f'{found} REST APIs with name "{name}" found in this region')
        api = read_rest_api(ctx, ids[0], {}) or {}
    endpoint = api.pop("endpointConfiguration") or {}
    shown = {"types": [endpoint["types"]]} if endpoint.get("types") else {}
    configuration = {"ipAddressType": "", "vpcEndpointIds": [], **endpoint, **shown}
    api.pop("createdDate")
    return {
        **api,
        "endpointAccessMode": api["endpointAccessMode"] or "",
        "endpointConfigurations": [configuration],
        "id": ids[0],
        "region": ctx.region,
        "tags": api["tags"] or {},
    }


def get_resource(ctx: Context, arguments: Inputs) -> Outputs:
    """The resource at a path of a REST API."""
    api, path = arguments["restApiId"], arguments["path"]
    with doing("reading API Gateway Resources", "apigateway"):
        pages = ctx.client("apigateway").get_paginator("get_resources").paginate(restApiId=api)
        items = (item for page in pages for item in page["items"])
        found = next((item for item in items if item["path"] == path), None)
    if found is None:
        raise CallError(f'no Resources with path "{path}" found for rest api "{api}"')
    return {
        "id": found["id"],
        "parentId": found.get("parentId") or "",
        "path": path,
        "pathPart": found.get("pathPart") or "",
        "region": ctx.region,
        "restApiId": api,
    }


FUNCTIONS = {
    **ec2.FUNCTIONS,
    **images.FUNCTIONS,
    "aws:apigateway/getResource:getResource": get_resource,
    "aws:apigateway/getRestApi:getRestApi": get_rest_api,
    "aws:cloudwatch/getLogGroup:getLogGroup": get_log_group,
    "aws:iam/getPolicyDocument:getPolicyDocument": get_policy_document,
    "aws:index/getCallerIdentity:getCallerIdentity": get_caller_identity,
    "aws:index/getPartition:getPartition": get_partition,
    "aws:index/getRegion:getRegion": get_region,
    "aws:lambda/getFunction:getFunction": get_function,
}
