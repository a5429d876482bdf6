# exercise 10.1: policy
# says: The ARN ends with 'v1/model/POST': that is not POST to /model of the stage v1 alone.
policy = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "execute-api:Invoke",
            "Resource": "arn:aws:execute-api:*:*:a1b2c3d4e5/v1/model/POST",
        }
    ],
}
