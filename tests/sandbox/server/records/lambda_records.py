"""Functions, and what else Lambda keeps: aliases, layers, permissions, URLs, concurrency."""

from __future__ import annotations

from functools import partial
from typing import Any

from tests.sandbox.server.records.case import CODE, TAGS, Change, record, same
from tests.sandbox.server.shapes import archive

FUNCTION = {"FunctionName": "{function}"}
CONFIGURE = "update_function_configuration"

functions = partial(record, "lambda")


def configure(**settings: Any) -> Change:
    """A change of settings of a function, shown under the same names."""
    return same(CONFIGURE, **settings)


LAMBDA = (
    functions(
        "function",
        {
            "FunctionName": "one",
            "Runtime": "python3.12",
            "Role": "{role}",
            "Handler": "h.handler",
            "Code": {"ZipFile": CODE},
            "Description": "first",
            "Timeout": 7,
            "MemorySize": 256,
            "Publish": False,
            "PackageType": "Zip",
            "DeadLetterConfig": {"TargetArn": "arn:aws:sns:us-east-1:000000000000:dead"},
            "Environment": {"Variables": {"A": "b"}},
            "KMSKeyArn": "arn:aws:kms:us-east-1:000000000000:key/1",
            "TracingConfig": {"Mode": "Active"},
            "Layers": ["{layer}"],
            "Architectures": ["arm64"],
            "EphemeralStorage": {"Size": 1024},
            "LoggingConfig": {
                "LogFormat": "JSON",
                "ApplicationLogLevel": "DEBUG",
                "SystemLogLevel": "WARN",
                "LogGroup": "/own",
            },
            "SnapStart": {"ApplyOn": "None"},
            "Tags": TAGS,
        },
        {"FunctionName": "one"},
        configure(Description="two"),
        configure(Timeout=8),
        configure(MemorySize=512),
        configure(Handler="g.handler"),
        configure(Runtime="python3.13"),
        configure(Role="{other_role}"),
        configure(Environment={"Variables": {"C": "d"}}),
        configure(DeadLetterConfig={"TargetArn": "arn:aws:sns:us-east-1:000000000000:other"}),
        configure(KMSKeyArn="arn:aws:kms:us-east-1:000000000000:key/2"),
        configure(TracingConfig={"Mode": "PassThrough"}),
        configure(EphemeralStorage={"Size": 2048}),
        configure(EphemeralStorage={"Size": 512}),
        configure(LoggingConfig={"LogFormat": "Text", "LogGroup": "/two"}),
        Change(
            CONFIGURE,
            {"SnapStart": {"ApplyOn": "PublishedVersions"}},
            {"SnapStart": {"ApplyOn": "PublishedVersions", "OptimizationStatus": "Off"}},
        ),
        Change(
            CONFIGURE,
            {
                "VpcConfig": {
                    "SubnetIds": ["subnet-1"],
                    "SecurityGroupIds": ["sg-1"],
                    "Ipv6AllowedForDualStack": True,
                }
            },
            {},
        ),
        Change(CONFIGURE, {"Layers": []}, {"Layers": None}),
        configure(
            FileSystemConfigs=[
                {
                    "Arn": "arn:aws:elasticfilesystem:us-east-1:000000000000:"
                    "access-point/fsap-0123456789abcdef0",
                    "LocalMountPath": "/mnt/x",
                }
            ],
        ),
        Change(
            CONFIGURE,
            {"DeadLetterConfig": {"TargetArn": ""}, "Environment": {"Variables": {}}},
            {"DeadLetterConfig": None, "Environment": None},
        ),
        Change(
            "update_function_code",
            {"ZipFile": archive("def handler(event, context):\n    return 1\n")},
            {"State": "Active"},
        ),
        calls=("create", "get_function_configuration", "delete"),
        also={
            "FunctionArn": "arn:aws:lambda:us-east-1:000000000000:function:one",
            "Version": "$LATEST",
            "State": "Active",
            "LastUpdateStatus": "Successful",
            "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
            "FunctionName": "one",
        },
        unseen=("Code", "Publish", "Layers", "Tags"),
        absent=("VpcConfig", "FileSystemConfigs", "ImageConfigResponse"),
    ),
    functions(
        "reserved concurrency",
        {**FUNCTION, "ReservedConcurrentExecutions": 1},
        FUNCTION,
        same("put_function_concurrency", ReservedConcurrentExecutions=0),
        noun="function_concurrency",
        calls=("put", "get", "delete"),
        stays=True,
    ),
    functions(
        "alias",
        {
            **FUNCTION,
            "Name": "live",
            "FunctionVersion": "1",
            "Description": "first",
            "RoutingConfig": {"AdditionalVersionWeights": {"2": 0.25}},
        },
        {**FUNCTION, "Name": "live"},
        same(Description="two"),
        Change("", {"RoutingConfig": {"AdditionalVersionWeights": {}}}, {"RoutingConfig": None}),
        same(FunctionVersion="2"),
        also={"AliasArn": "{function_arn}:live"},
    ),
    functions(
        "layer version",
        {
            "LayerName": "{unique}",
            "Description": "first",
            "Content": {"ZipFile": CODE},
            "CompatibleRuntimes": ["python3.12"],
            "CompatibleArchitectures": ["x86_64"],
            "LicenseInfo": "MIT",
        },
        {"LayerName": "{unique}", "VersionNumber": 1},
        calls=("publish", "get", "delete"),
        also={
            "Version": 1,
            "LayerArn": "arn:aws:lambda:us-east-1:000000000000:layer:{unique}",
            "LayerVersionArn": "arn:aws:lambda:us-east-1:000000000000:layer:{unique}:1",
        },
        unseen=("LayerName", "Content"),
    ),
    functions(
        "permission",
        {
            **FUNCTION,
            "StatementId": "one",
            "Action": "lambda:InvokeFunction",
            "Principal": "apigateway.amazonaws.com",
            "SourceArn": "arn:aws:execute-api:us-east-1:000000000000:{api}/*/GET/",
            "SourceAccount": "000000000000",
        },
        {**FUNCTION, "StatementId": "one"},
        calls=("add", "get_policy", "remove"),
        also={
            "Policy": '{"Version":"2012-10-17","Id":"default","Statement":[{"Sid":"one",'
            '"Effect":"Allow","Principal":{"Service":"apigateway.amazonaws.com"},'
            '"Action":"lambda:InvokeFunction","Resource":"{function_arn}","Condition":'
            '{"StringEquals":{"AWS:SourceAccount":"000000000000"},"ArnLike":{"AWS:SourceArn":'
            '"arn:aws:execute-api:us-east-1:000000000000:{api}/*/GET/"}}}]}'
        },
        unseen=("StatementId", "Action", "Principal", "SourceArn", "SourceAccount"),
    ),
    functions(
        "function url",
        {
            **FUNCTION,
            "AuthType": "NONE",
            "InvokeMode": "BUFFERED",
            "Cors": {
                "AllowCredentials": True,
                "AllowHeaders": ["a"],
                "AllowMethods": ["GET"],
                "AllowOrigins": ["*"],
                "ExposeHeaders": ["b"],
                "MaxAge": 5,
            },
        },
        FUNCTION,
        same(AuthType="AWS_IAM"),
        same(InvokeMode="RESPONSE_STREAM"),
        same(Cors={"MaxAge": 6}),
        noun="function_url_config",
        also={"FunctionArn": "{function_arn}"},
    ),
    functions(
        "provisioned concurrency",
        {**FUNCTION, "Qualifier": "2", "ProvisionedConcurrentExecutions": 1},
        {**FUNCTION, "Qualifier": "2"},
        Change(
            "put_provisioned_concurrency_config",
            {"ProvisionedConcurrentExecutions": 2},
            {"RequestedProvisionedConcurrentExecutions": 2},
        ),
        noun="provisioned_concurrency_config",
        calls=("put", "get", "delete"),
        # How many are ready, and that all are, follows when they have started.
        also={"RequestedProvisionedConcurrentExecutions": 1},
        unseen=("Qualifier", "ProvisionedConcurrentExecutions"),
    ),
    functions(
        "event invoke config",
        {
            **FUNCTION,
            "MaximumRetryAttempts": 1,
            "MaximumEventAgeInSeconds": 60,
            "DestinationConfig": {
                "OnFailure": {"Destination": "arn:aws:sns:us-east-1:000000000000:a"}
            },
        },
        FUNCTION,
        Change(
            "",
            {"MaximumRetryAttempts": 0},
            {"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60},
        ),
        noun="function_event_invoke_config",
        calls=("put", "get", "delete"),
        also={
            "FunctionArn": "{function_arn}:$LATEST",
            "DestinationConfig": {
                "OnSuccess": {},
                "OnFailure": {"Destination": "arn:aws:sns:us-east-1:000000000000:a"},
            },
        },
    ),
)
