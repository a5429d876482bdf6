# exercise 1.1: trust
# says: The service is lambda; functions run as lambda.amazonaws.com.
trust = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda"},
            "Action": "sts:AssumeRole",
        }
    ],
}
