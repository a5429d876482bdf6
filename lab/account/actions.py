"""What a deployer must be allowed to, by the type of what is deployed: actions, and on what.

What the sandbox's provider calls is tried: in a test, a deployer with this policy deploys, refreshes
and destroys the whole gateway. What Pulumi's official provider asks besides, such as the many reads of
a bucket, was written down by hand and never tried on AWS: an AccessDenied there names what is missing.
"""

from __future__ import annotations

from lab.account import apigateway_actions, machine_actions
from lab.account.rights import PASSED, Rights

_FUNCTION = "arn:{partition}:lambda:{region}:{account}:function:{stack}-*"
_LAYER = "arn:{partition}:lambda:{region}:{account}:layer:gateway-{stack}-model"
_ROLE = "arn:{partition}:iam::{account}:role/{stack}-*"
_LOGS = "arn:{partition}:logs:{region}:{account}:log-group:"
_BUCKET = "arn:{partition}:s3:::{stack}-gateway-*"
_ALARM = "arn:{partition}:cloudwatch:{region}:{account}:alarm:{stack}-*"


def _of(service: str, *names: str) -> tuple[str, ...]:
    return tuple(f"{service}:{name}" for name in names)


_OBJECT: Rights = (
    (
        _of(
            "s3", "PutObject", "GetObject", "DeleteObject", "GetObjectTagging", "PutObjectTagging",
            "GetObjectVersion", "DeleteObjectVersion", "GetObjectAcl",
        ),
        f"{_BUCKET}/*",
    ),
)  # fmt: skip
TYPES: dict[str, Rights] = {
    **apigateway_actions.TYPES,
    **machine_actions.TYPES,
    "aws:iam/role:Role": (
        (
            _of(
                "iam", "CreateRole", "GetRole", "DeleteRole", "UpdateRole", "UpdateAssumeRolePolicy",
                "TagRole", "UntagRole", "ListRolePolicies", "ListAttachedRolePolicies",
                "ListInstanceProfilesForRole", "PutRolePermissionsBoundary",
                "DeleteRolePermissionsBoundary",
            ),
            _ROLE,
        ),
        (("iam:PassRole",), _ROLE, PASSED),
    ),
    "aws:iam/rolePolicy:RolePolicy": (
        (_of("iam", "PutRolePolicy", "GetRolePolicy", "DeleteRolePolicy"), _ROLE),
    ),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": (
        (_of("iam", "AttachRolePolicy", "DetachRolePolicy", "ListAttachedRolePolicies"), _ROLE),
    ),
    "aws:iam/instanceProfile:InstanceProfile": (
        (
            _of(
                "iam", "CreateInstanceProfile", "GetInstanceProfile", "DeleteInstanceProfile",
                "AddRoleToInstanceProfile", "RemoveRoleFromInstanceProfile", "TagInstanceProfile",
                "UntagInstanceProfile",
            ),
            "arn:{partition}:iam::{account}:instance-profile/{stack}-*",
        ),
    ),
    "aws:lambda/function:Function": (
        (
            _of(
                "lambda", "CreateFunction", "GetFunction", "GetFunctionConfiguration",
                "GetFunctionCodeSigningConfig", "UpdateFunctionCode", "UpdateFunctionConfiguration",
                "DeleteFunction", "ListVersionsByFunction", "PublishVersion",
                "PutFunctionConcurrency", "DeleteFunctionConcurrency", "GetFunctionConcurrency",
                "TagResource", "UntagResource", "ListTags",
            ),
            _FUNCTION,
        ),
        (("lambda:GetLayerVersion",), f"{_LAYER}:*"),
    ),
    "aws:lambda/alias:Alias": (
        (_of("lambda", "CreateAlias", "GetAlias", "UpdateAlias", "DeleteAlias"), _FUNCTION),
    ),
    "aws:lambda/layerVersion:LayerVersion": (
        (_of("lambda", "PublishLayerVersion"), _LAYER),
        (_of("lambda", "GetLayerVersion", "DeleteLayerVersion"), f"{_LAYER}:*"),
    ),
    "aws:cloudwatch/logGroup:LogGroup": (
        (_of("logs", "DescribeLogGroups"), "*"),
        *(
            (
                _of(
                    "logs", "CreateLogGroup", "DeleteLogGroup", "PutRetentionPolicy",
                    "DeleteRetentionPolicy", "TagResource", "UntagResource", "ListTagsForResource",
                ),
                f"{_LOGS}{name}",
            )
            for name in ("{stack}-*", "API-Gateway-Execution-Logs_*")
        ),
    ),
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": (
        (
            _of("logs", "PutMetricFilter", "DescribeMetricFilters", "DeleteMetricFilter"),
            f"{_LOGS}{{stack}}-*",
        ),
    ),
    "aws:cloudwatch/metricAlarm:MetricAlarm": (
        (_of("cloudwatch", "DescribeAlarms"), "*"),
        (
            _of(
                "cloudwatch", "PutMetricAlarm", "DeleteAlarms", "TagResource",
                "UntagResource", "ListTagsForResource",
            ),
            _ALARM,
        ),
    ),
    "aws:cloudwatch/dashboard:Dashboard": (
        (
            _of("cloudwatch", "PutDashboard", "GetDashboard", "DeleteDashboards"),
            "arn:{partition}:cloudwatch::{account}:dashboard/{stack}-*",
        ),
    ),
    "aws:dynamodb/table:Table": (
        (
            _of(
                "dynamodb", "CreateTable", "DescribeTable", "UpdateTable", "DeleteTable",
                "DescribeTimeToLive", "UpdateTimeToLive", "DescribeContinuousBackups",
                "TagResource", "UntagResource", "ListTagsOfResource",
            ),
            "arn:{partition}:dynamodb:{region}:{account}:table/{stack}-*",
        ),
    ),
    "aws:cognito/userPool:UserPool": (
        # Its id is made by AWS: before it is there, nothing of it can be named.
        (_of("cognito-idp", "CreateUserPool"), "*"),
        (
            _of(
                "cognito-idp", "DescribeUserPool", "UpdateUserPool", "DeleteUserPool",
                "GetUserPoolMfaConfig", "SetUserPoolMfaConfig", "TagResource", "UntagResource",
                "ListTagsForResource",
            ),
            "arn:{partition}:cognito-idp:{region}:{account}:userpool/*",
        ),
    ),
    "aws:cognito/userPoolClient:UserPoolClient": (
        (
            _of(
                "cognito-idp", "CreateUserPoolClient", "DescribeUserPoolClient",
                "UpdateUserPoolClient", "DeleteUserPoolClient",
            ),
            "arn:{partition}:cognito-idp:{region}:{account}:userpool/*",
        ),
    ),
    "aws:s3/bucket:Bucket": (
        (
            _of(
                "s3", "CreateBucket", "DeleteBucket", "ListBucket", "ListBucketVersions",
                "GetBucketLocation", "GetBucketTagging", "PutBucketTagging", "GetBucketAcl",
                "GetBucketCORS", "GetBucketLogging", "GetBucketObjectLockConfiguration",
                "GetBucketPolicy", "GetBucketRequestPayment", "GetBucketVersioning",
                "GetBucketWebsite", "GetAccelerateConfiguration", "GetEncryptionConfiguration",
                "GetLifecycleConfiguration", "GetReplicationConfiguration",
            ),
            _BUCKET,
        ),
        *_OBJECT,
    ),
    "aws:s3/bucketObjectv2:BucketObjectv2": _OBJECT,
}  # fmt: skip
