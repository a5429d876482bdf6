# exercise 1.1: trust
# says: The policy's Version is '2026-01-01'.

trust = {
    "Version": "2026-01-01",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
