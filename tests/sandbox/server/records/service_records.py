"""The records of Lambda, IAM, CloudWatch and its logs; records.py says how to read them."""

from __future__ import annotations

from typing import Any

from tests.sandbox.server.records.gateway_records import (
    APIGATEWAY,
    CODE,
    LIST,
    POLICY,
    TAGS,
    TRUST,
    Case,
    Change,
)
from tests.sandbox.server.shapes import archive, document


def configure(**argument: Any) -> Change:
    """A change of one setting of a function, shown under the same name."""
    return Change("update_function_configuration", argument, argument)


FUNCTION = {"FunctionName": "{function}"}
OTHER_TRUST = document(
    {"Effect": "Allow", "Principal": {"Service": "a.amazonaws.com"}, "Action": "sts:AssumeRole"}
)

LAMBDA = (
    Case(
        "function",
        "lambda",
        "create_function",
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
        "get_function_configuration",
        "delete_function",
        {
            "FunctionName": "one",
            "FunctionArn": "arn:aws:lambda:us-east-1:000000000000:function:one",
            "Runtime": "python3.12",
            "Role": "{role}",
            "Handler": "h.handler",
            "Description": "first",
            "Timeout": 7,
            "MemorySize": 256,
            "PackageType": "Zip",
            "Version": "$LATEST",
            "State": "Active",
            "LastUpdateStatus": "Successful",
            "DeadLetterConfig": {"TargetArn": "arn:aws:sns:us-east-1:000000000000:dead"},
            "Environment": {"Variables": {"A": "b"}},
            "KMSKeyArn": "arn:aws:kms:us-east-1:000000000000:key/1",
            "TracingConfig": {"Mode": "Active"},
            "Architectures": ["arm64"],
            "EphemeralStorage": {"Size": 1024},
            "LoggingConfig": {
                "LogFormat": "JSON",
                "ApplicationLogLevel": "DEBUG",
                "SystemLogLevel": "WARN",
                "LogGroup": "/own",
            },
            "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
        },
        absent=("VpcConfig", "FileSystemConfigs", "ImageConfigResponse"),
        changes=(
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
            Change(
                "update_function_configuration",
                {"LoggingConfig": {"LogFormat": "Text", "LogGroup": "/two"}},
                {"LoggingConfig": {"LogFormat": "Text", "LogGroup": "/two"}},
            ),
            Change(
                "update_function_configuration",
                {"SnapStart": {"ApplyOn": "PublishedVersions"}},
                {"SnapStart": {"ApplyOn": "PublishedVersions", "OptimizationStatus": "Off"}},
            ),
            Change(
                "update_function_configuration",
                {
                    "VpcConfig": {
                        "SubnetIds": ["subnet-1"],
                        "SecurityGroupIds": ["sg-1"],
                        "Ipv6AllowedForDualStack": True,
                    }
                },
                {},
            ),
            Change("update_function_configuration", {"Layers": []}, {"Layers": None}),
            Change(
                "update_function_configuration",
                {
                    "FileSystemConfigs": [
                        {
                            "Arn": "arn:aws:elasticfilesystem:us-east-1:000000000000:"
                            "access-point/fsap-0123456789abcdef0",
                            "LocalMountPath": "/mnt/x",
                        }
                    ]
                },
                {
                    "FileSystemConfigs": [
                        {
                            "Arn": "arn:aws:elasticfilesystem:us-east-1:000000000000:"
                            "access-point/fsap-0123456789abcdef0",
                            "LocalMountPath": "/mnt/x",
                        }
                    ]
                },
            ),
            Change(
                "update_function_configuration",
                {"DeadLetterConfig": {"TargetArn": ""}, "Environment": {"Variables": {}}},
                {"DeadLetterConfig": None, "Environment": None},
            ),
            Change(
                "update_function_code",
                {"ZipFile": archive("def handler(event, context):\n    return 1\n")},
                {"State": "Active"},
            ),
        ),
    ),
    Case(
        "reserved concurrency",
        "lambda",
        "put_function_concurrency",
        {**FUNCTION, "ReservedConcurrentExecutions": 1},
        FUNCTION,
        "get_function_concurrency",
        "delete_function_concurrency",
        {"ReservedConcurrentExecutions": 1},
        stays=True,
        changes=(
            Change(
                "put_function_concurrency",
                {"ReservedConcurrentExecutions": 0},
                {"ReservedConcurrentExecutions": 0},
            ),
        ),
    ),
    Case(
        "alias",
        "lambda",
        "create_alias",
        {
            **FUNCTION,
            "Name": "live",
            "FunctionVersion": "1",
            "Description": "first",
            "RoutingConfig": {"AdditionalVersionWeights": {"2": 0.25}},
        },
        {**FUNCTION, "Name": "live"},
        "get_alias",
        "delete_alias",
        {
            "Name": "live",
            "FunctionVersion": "1",
            "Description": "first",
            "RoutingConfig": {"AdditionalVersionWeights": {"2": 0.25}},
            "AliasArn": "{function_arn}:live",
        },
        changes=(
            Change("update_alias", {"Description": "two"}, {"Description": "two"}),
            Change(
                "update_alias",
                {"RoutingConfig": {"AdditionalVersionWeights": {}}},
                {"RoutingConfig": None},
            ),
            Change("update_alias", {"FunctionVersion": "2"}, {"FunctionVersion": "2"}),
        ),
    ),
    Case(
        "layer version",
        "lambda",
        "publish_layer_version",
        {
            "LayerName": "{unique}",
            "Description": "first",
            "Content": {"ZipFile": CODE},
            "CompatibleRuntimes": ["python3.12"],
            "CompatibleArchitectures": ["x86_64"],
            "LicenseInfo": "MIT",
        },
        {"LayerName": "{unique}", "VersionNumber": 1},
        "get_layer_version",
        "delete_layer_version",
        {
            "Description": "first",
            "CompatibleRuntimes": ["python3.12"],
            "CompatibleArchitectures": ["x86_64"],
            "LicenseInfo": "MIT",
            "Version": 1,
            "LayerArn": "arn:aws:lambda:us-east-1:000000000000:layer:{unique}",
            "LayerVersionArn": "arn:aws:lambda:us-east-1:000000000000:layer:{unique}:1",
        },
    ),
    Case(
        "permission",
        "lambda",
        "add_permission",
        {
            **FUNCTION,
            "StatementId": "one",
            "Action": "lambda:InvokeFunction",
            "Principal": "apigateway.amazonaws.com",
            "SourceArn": "arn:aws:execute-api:us-east-1:000000000000:{api}/*/GET/",
            "SourceAccount": "000000000000",
        },
        {**FUNCTION, "StatementId": "one"},
        "get_policy",
        "remove_permission",
        {
            "Policy": '{"Version":"2012-10-17","Id":"default","Statement":[{"Sid":"one",'
            '"Effect":"Allow","Principal":{"Service":"apigateway.amazonaws.com"},'
            '"Action":"lambda:InvokeFunction","Resource":"{function_arn}","Condition":'
            '{"StringEquals":{"AWS:SourceAccount":"000000000000"},"ArnLike":{"AWS:SourceArn":'
            '"arn:aws:execute-api:us-east-1:000000000000:{api}/*/GET/"}}}]}'
        },
    ),
    Case(
        "function url",
        "lambda",
        "create_function_url_config",
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
        "get_function_url_config",
        "delete_function_url_config",
        {
            "AuthType": "NONE",
            "InvokeMode": "BUFFERED",
            "FunctionArn": "{function_arn}",
            "Cors": {
                "AllowCredentials": True,
                "AllowHeaders": ["a"],
                "AllowMethods": ["GET"],
                "AllowOrigins": ["*"],
                "ExposeHeaders": ["b"],
                "MaxAge": 5,
            },
        },
        changes=(
            Change("update_function_url_config", {"AuthType": "AWS_IAM"}, {"AuthType": "AWS_IAM"}),
            Change(
                "update_function_url_config",
                {"InvokeMode": "RESPONSE_STREAM"},
                {"InvokeMode": "RESPONSE_STREAM"},
            ),
            Change("update_function_url_config", {"Cors": {"MaxAge": 6}}, {"Cors": {"MaxAge": 6}}),
        ),
    ),
    Case(
        "provisioned concurrency",
        "lambda",
        "put_provisioned_concurrency_config",
        {**FUNCTION, "Qualifier": "2", "ProvisionedConcurrentExecutions": 1},
        {**FUNCTION, "Qualifier": "2"},
        "get_provisioned_concurrency_config",
        "delete_provisioned_concurrency_config",
        {
            "RequestedProvisionedConcurrentExecutions": 1,
            "AvailableProvisionedConcurrentExecutions": 1,
            "AllocatedProvisionedConcurrentExecutions": 1,
            "Status": "READY",
        },
        changes=(
            Change(
                "put_provisioned_concurrency_config",
                {"ProvisionedConcurrentExecutions": 2},
                {"RequestedProvisionedConcurrentExecutions": 2},
            ),
        ),
    ),
    Case(
        "event invoke config",
        "lambda",
        "put_function_event_invoke_config",
        {
            **FUNCTION,
            "MaximumRetryAttempts": 1,
            "MaximumEventAgeInSeconds": 60,
            "DestinationConfig": {
                "OnFailure": {"Destination": "arn:aws:sns:us-east-1:000000000000:a"}
            },
        },
        FUNCTION,
        "get_function_event_invoke_config",
        "delete_function_event_invoke_config",
        {
            "FunctionArn": "{function_arn}:$LATEST",
            "MaximumRetryAttempts": 1,
            "MaximumEventAgeInSeconds": 60,
            "DestinationConfig": {
                "OnSuccess": {},
                "OnFailure": {"Destination": "arn:aws:sns:us-east-1:000000000000:a"},
            },
        },
        changes=(
            Change(
                "update_function_event_invoke_config",
                {"MaximumRetryAttempts": 0},
                {"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60},
            ),
        ),
    ),
)

ROLE = {"RoleName": "made"}
POLICY_ARN = {"PolicyArn": "{new.Policy.Arn}"}

IAM = (
    Case(
        "role",
        "iam",
        "create_role",
        {
            "RoleName": "one",
            "Path": "/a/b/",
            "AssumeRolePolicyDocument": TRUST,
            "Description": "first",
            "MaxSessionDuration": 7200,
            "PermissionsBoundary": "{policy}",
            "Tags": LIST,
        },
        {"RoleName": "one"},
        "get_role",
        "delete_role",
        {
            "RoleName": "one",
            "Path": "/a/b/",
            "Arn": "arn:aws:iam::000000000000:role/a/b/one",
            "Description": "first",
            "MaxSessionDuration": 7200,
            "PermissionsBoundary": {
                "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
                "PermissionsBoundaryArn": "{policy}",
            },
            "Tags": LIST,
        },
        place="Role",
        changes=(
            Change("update_role", {"Description": "two"}, {"Description": "two"}),
            Change("update_role", {"MaxSessionDuration": 3600}, {"MaxSessionDuration": 3600}),
            Change("update_assume_role_policy", {"PolicyDocument": OTHER_TRUST}, {}),
            Change("tag_role", {"Tags": [{"Key": "x", "Value": "y"}]}, {}),
            Change(
                "untag_role",
                {"TagKeys": ["owner", "empty"]},
                {"Tags": [{"Key": "x", "Value": "y"}]},
            ),
            Change("delete_role_permissions_boundary", {}, {"PermissionsBoundary": None}),
            Change(
                "put_role_permissions_boundary",
                {"PermissionsBoundary": "{policy}"},
                {
                    "PermissionsBoundary": {
                        "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
                        "PermissionsBoundaryArn": "{policy}",
                    }
                },
            ),
        ),
    ),
    Case(
        "role policy",
        "iam",
        "put_role_policy",
        {"RoleName": "{role_name}", "PolicyName": "one", "PolicyDocument": POLICY},
        {"RoleName": "{role_name}", "PolicyName": "one"},
        "get_role_policy",
        "delete_role_policy",
        {"RoleName": "{role_name}", "PolicyName": "one"},
        changes=(Change("put_role_policy", {"PolicyDocument": POLICY}, {}),),
    ),
    Case(
        "role policy attachment",
        "iam",
        "attach_role_policy",
        {"RoleName": "{role_name}", "PolicyArn": "{policy}"},
        {"RoleName": "{role_name}", "PolicyArn": "{policy}"},
        "list_attached_role_policies",
        "detach_role_policy",
        {"PolicyName": "there", "PolicyArn": "{policy}"},
        place="AttachedPolicies.0",
    ),
    Case(
        "policy",
        "iam",
        "create_policy",
        {
            "PolicyName": "one",
            "Path": "/a/",
            "PolicyDocument": POLICY,
            "Description": "first",
            "Tags": LIST,
        },
        POLICY_ARN,
        "get_policy",
        "delete_policy",
        {
            "PolicyName": "one",
            "Path": "/a/",
            "Arn": "arn:aws:iam::000000000000:policy/a/one",
            "Description": "first",
            "DefaultVersionId": "v1",
            "AttachmentCount": 0,
            "IsAttachable": True,
            "Tags": LIST,
        },
        place="Policy",
        changes=(
            Change(
                "create_policy_version",
                {"PolicyDocument": POLICY, "SetAsDefault": True},
                {"DefaultVersionId": "v2"},
            ),
            Change("delete_policy_version", {"VersionId": "v1"}, {"DefaultVersionId": "v2"}),
            Change(
                "untag_policy",
                {"TagKeys": ["owner"]},
                {"Tags": [{"Key": "empty", "Value": ""}]},
            ),
        ),
    ),
)

ALARM = {"AlarmName": "one"}
ALARM_GIVEN: dict[str, Any] = {
    **ALARM,
    "AlarmDescription": "first",
    "ActionsEnabled": False,
    "OKActions": ["arn:aws:sns:us-east-1:000000000000:ok"],
    "AlarmActions": ["arn:aws:sns:us-east-1:000000000000:alarm"],
    "InsufficientDataActions": ["arn:aws:sns:us-east-1:000000000000:none"],
    "MetricName": "4XXError",
    "Namespace": "AWS/ApiGateway",
    "Statistic": "Sum",
    "Dimensions": [{"Name": "ApiName", "Value": "x"}],
    "Period": 60,
    "Unit": "Count",
    "EvaluationPeriods": 2,
    "DatapointsToAlarm": 1,
    "Threshold": 1.5,
    "ComparisonOperator": "GreaterThanThreshold",
    "TreatMissingData": "notBreaching",
}
ALARM_QUERIES: dict[str, Any] = {
    **ALARM,
    "EvaluationPeriods": 1,
    "Threshold": 5.0,
    "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    "Metrics": [
        {"Id": "e1", "Expression": "m1*2", "Label": "twice", "ReturnData": True},
        {
            "Id": "m1",
            "MetricStat": {
                "Metric": {
                    "Namespace": "AWS/ApiGateway",
                    "MetricName": "Count",
                    "Dimensions": [{"Name": "ApiName", "Value": "x"}],
                },
                "Period": 60,
                "Stat": "Sum",
                "Unit": "Count",
            },
            "ReturnData": False,
        },
    ],
}
ALARM_PERCENTILE: dict[str, Any] = {
    **ALARM,
    "MetricName": "Latency",
    "Namespace": "AWS/ApiGateway",
    "ExtendedStatistic": "p95",
    "EvaluateLowSampleCountPercentile": "ignore",
    "Period": 300,
    "EvaluationPeriods": 1,
    "Threshold": 2.0,
    "ComparisonOperator": "LessThanThreshold",
}


def alarm(given: dict[str, Any], *changes: Change) -> Any:
    """An alarm, read by its name."""
    return Case(
        "alarm",
        "cloudwatch",
        "put_metric_alarm",
        {**given, "Tags": LIST},
        {"AlarmNames": ["one"]},
        "describe_alarms",
        "delete_alarms",
        given,
        place="MetricAlarms.0",
        changes=changes,
    )


CLOUDWATCH = (
    alarm(
        ALARM_GIVEN,
        Change("put_metric_alarm", {**ALARM_GIVEN, "Period": 120}, {"Period": 120}),
        Change("put_metric_alarm", {**ALARM_GIVEN, "Threshold": 0.0}, {"Threshold": 0.0}),
        Change(
            "put_metric_alarm", {**ALARM_GIVEN, "ActionsEnabled": True}, {"ActionsEnabled": True}
        ),
    ),
    alarm(ALARM_QUERIES),
    alarm(ALARM_PERCENTILE),
    Case(
        "dashboard",
        "cloudwatch",
        "put_dashboard",
        {"DashboardName": "one", "DashboardBody": '{"widgets":[]}'},
        {"DashboardName": "one"},
        "get_dashboard",
        "delete_dashboards",
        {
            "DashboardName": "one",
            "DashboardBody": '{"widgets":[]}',
            "DashboardArn": "arn:aws:cloudwatch::000000000000:dashboard/one",
        },
    ),
)

LOGS = (
    Case(
        "log group",
        "logs",
        "create_log_group",
        {
            "logGroupName": "/one",
            "kmsKeyId": "arn:aws:kms:us-east-1:000000000000:key/1",
            "logGroupClass": "INFREQUENT_ACCESS",
            "tags": TAGS,
        },
        {"logGroupName": "/one"},
        "describe_log_groups",
        "delete_log_group",
        {
            "logGroupName": "/one",
            "arn": "arn:aws:logs:us-east-1:000000000000:log-group:/one:*",
            "logGroupArn": "arn:aws:logs:us-east-1:000000000000:log-group:/one",
            "kmsKeyId": "arn:aws:kms:us-east-1:000000000000:key/1",
            "logGroupClass": "INFREQUENT_ACCESS",
            "metricFilterCount": 0,
            "storedBytes": 0,
        },
        place="logGroups.0",
        absent=("retentionInDays",),
        changes=(
            Change("put_retention_policy", {"retentionInDays": 7}, {"retentionInDays": 7}),
            Change("delete_retention_policy", {}, {"retentionInDays": None}),
            Change(
                "associate_kms_key",
                {"kmsKeyId": "arn:aws:kms:us-east-1:000000000000:key/2"},
                {"kmsKeyId": "arn:aws:kms:us-east-1:000000000000:key/2"},
            ),
            Change("disassociate_kms_key", {}, {"kmsKeyId": None}),
        ),
    ),
    Case(
        "metric filter",
        "logs",
        "put_metric_filter",
        {
            "logGroupName": "{group_name}",
            "filterName": "one",
            "filterPattern": "{ $.status = 500 }",
            "metricTransformations": [
                {
                    "metricName": "m",
                    "metricNamespace": "n",
                    "metricValue": "1",
                    "dimensions": {"path": "$.path"},
                    "unit": "Count",
                }
            ],
        },
        {"logGroupName": "{group_name}", "filterName": "one"},
        "describe_metric_filters",
        "delete_metric_filter",
        {
            "logGroupName": "{group_name}",
            "filterName": "one",
            "filterPattern": "{ $.status = 500 }",
            "metricTransformations": [
                {
                    "metricName": "m",
                    "metricNamespace": "n",
                    "metricValue": "1",
                    "dimensions": {"path": "$.path"},
                    "unit": "Count",
                }
            ],
        },
        place="metricFilters.0",
        changes=(
            Change(
                "put_metric_filter",
                {
                    "filterPattern": "",
                    "metricTransformations": [
                        {
                            "metricName": "m",
                            "metricNamespace": "n",
                            "metricValue": "$.x",
                            "defaultValue": 0.5,
                        }
                    ],
                },
                {
                    "filterPattern": "",
                    "metricTransformations": [
                        {
                            "metricName": "m",
                            "metricNamespace": "n",
                            "metricValue": "$.x",
                            "defaultValue": 0.5,
                        }
                    ],
                },
            ),
        ),
    ),
)

CASES = (*APIGATEWAY, *LAMBDA, *IAM, *CLOUDWATCH, *LOGS)
