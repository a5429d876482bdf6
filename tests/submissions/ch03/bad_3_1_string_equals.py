# exercise 3.1: policy
# says: The operator 'StringEquals' does not compare addresses with ranges.
policy = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "execute-api:Invoke",
            "Resource": "execute-api:/*",
            "Condition": {"StringEquals": {"aws:SourceIp": "192.0.2.0/24"}},
        },
    ],
}
