# exercise 1.1: trust
# says: The action is 'lambda:InvokeFunction'. A trust policy is about taking on the role.

trust = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "lambda:InvokeFunction",
        }
    ],
}
