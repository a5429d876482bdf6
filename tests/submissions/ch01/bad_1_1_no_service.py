# exercise 1.1: trust
# says: The principal is 'lambda.amazonaws.com', which names no service.

trust = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": "lambda.amazonaws.com",
            "Action": "sts:AssumeRole",
        }
    ],
}
