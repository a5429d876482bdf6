# exercise 1.2: tagged_role
# says: The role's tags are {}.
import json

import pulumi_aws as aws


def tagged_role():
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "apigateway.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    return aws.iam.Role(
        "languageModelApiRole",
        assume_role_policy=json.dumps(trust),
    )
