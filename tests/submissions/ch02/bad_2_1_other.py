# exercise 2.1: narrow
# says: The ARN is that of other; the stack's function is LanguageModelLambda-1a2b3c4.
narrow = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "lambda:InvokeFunction",
            "Resource": "arn:aws:lambda:us-east-1:000000000000:function:other",
        }
    ],
}
