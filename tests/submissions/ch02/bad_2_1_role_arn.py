# exercise 2.1: narrow
# says: The resource arn:aws:iam::000000000000:role/x is no ARN of a function.
narrow = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "lambda:InvokeFunction",
            "Resource": "arn:aws:iam::000000000000:role/x",
        }
    ],
}
