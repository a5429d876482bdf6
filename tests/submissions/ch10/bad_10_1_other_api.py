# exercise 10.1: policy
# says: The API 'zzzzzzzzzz' is not this one.
policy = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "execute-api:Invoke",
            "Resource": "arn:aws:execute-api:*:*:zzzzzzzzzz/v1/POST/model",
        }
    ],
}
