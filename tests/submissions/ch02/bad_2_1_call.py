# exercise 2.1: narrow
# says: The gateway needs another call than lambda:GetFunction.
narrow = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "lambda:GetFunction",
            "Resource": "arn:aws:lambda:us-east-1:000000000000:function:LanguageModelLambda-1a2b3c4",
        }
    ],
}
