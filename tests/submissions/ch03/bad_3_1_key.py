# exercise 3.1: policy
# says: 'SourceIp' is not the condition key that holds the caller's address.
policy = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "execute-api:Invoke",
            "Resource": "execute-api:/*",
            "Condition": {"IpAddress": {"SourceIp": "192.0.2.0/24"}},
        },
    ],
}
