# exercise 10.1: policy
# says: A policy of a user has no Principal: the user is who it belongs to.
policy = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "execute-api:Invoke",
            "Resource": "arn:aws:execute-api:*:*:a1b2c3d4e5/v1/POST/model",
            "Principal": "*",
        }
    ],
}
