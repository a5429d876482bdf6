# exercise 1.1: trust
# says: The Effect of a statement is 'allow'.

trust = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
