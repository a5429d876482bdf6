# exercise 1.2: tagged_role
# says: Role has no argument `tag`.
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
        "languageModelApiRole", assume_role_policy=json.dumps(trust), tag={"course": "gateway"}
    )
