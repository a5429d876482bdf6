# exercise 10.1: policy
# says: This policy denies. What no policy allows is refused anyway.
policy = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Deny",
            "Action": "execute-api:Invoke",
            "Resource": "arn:aws:execute-api:*:*:a1b2c3d4e5/v1/POST/model",
        }
    ],
}
