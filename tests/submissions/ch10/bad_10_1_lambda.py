# exercise 10.1: policy
# says: The action is 'lambda:InvokeFunction'.
policy = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "lambda:InvokeFunction",
            "Resource": "arn:aws:execute-api:*:*:a1b2c3d4e5/v1/POST/model",
        }
    ],
}
