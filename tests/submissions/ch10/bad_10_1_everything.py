# exercise 10.1: policy
# says: '*' is no ARN of execute-api.
policy = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "execute-api:Invoke",
            "Resource": "*",
        }
    ],
}
