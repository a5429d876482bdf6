# exercise 1.1: trust
# says: There are 2 statements; one is enough.

allow = {
    "Effect": "Allow",
    "Principal": {"Service": "lambda.amazonaws.com"},
    "Action": "sts:AssumeRole",
}
trust = {"Version": "2012-10-17", "Statement": [allow, allow]}
