# exercise 10.1: policy
# says: The action is 'execute-api:*'.
policy = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "execute-api:*",
            "Resource": "arn:aws:execute-api:*:*:a1b2c3d4e5/v1/POST/model",
        }
    ],
}
