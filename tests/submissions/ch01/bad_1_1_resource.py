# exercise 1.1: trust
# says: A trust policy has no Resource: the role it hangs on is the resource.

trust = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Resource": "*",
        }
    ],
}
