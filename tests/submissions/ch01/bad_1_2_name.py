# exercise 1.2: tagged_role
# says: The role's name is 'otherRole'. Under another name Pulumi makes another role, and deletes the old one.
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
        "otherRole", assume_role_policy=json.dumps(trust), tags={"course": "gateway"}
    )
