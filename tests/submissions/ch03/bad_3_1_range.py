# exercise 3.1: policy
# says: This is no range of addresses: '192.0.2.*' does not appear to be an IPv4 or IPv6 network.
policy = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "execute-api:Invoke",
            "Resource": "execute-api:/*",
            "Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.*"}},
        },
    ],
}
