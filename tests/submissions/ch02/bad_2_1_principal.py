# exercise 2.1: narrow
# says: A policy on a role has no Principal: the role is the principal.
narrow = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "lambda:InvokeFunction",
            "Resource": "arn:aws:lambda:us-east-1:000000000000:function:LanguageModelLambda-1a2b3c4",
            "Principal": "*",
        }
    ],
}
