# exercise 10.1: policy
# says: arn:aws:execute-api:*:*:*/v1/POST/model is about any API of the account, not only about this one.
policy = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "execute-api:Invoke",
            "Resource": "arn:aws:execute-api:*:*:*/v1/POST/model",
        }
    ],
}
