# exercise 2.1: narrow
# says: The action lambda:* still covers more than one call.
narrow = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "lambda:*",
            "Resource": "arn:aws:lambda:us-east-1:000000000000:function:LanguageModelLambda-1a2b3c4",
        }
    ],
}
