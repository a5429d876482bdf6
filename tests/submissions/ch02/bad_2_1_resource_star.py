# exercise 2.1: narrow
# says: The resource * still covers functions that the gateway has no business with.
narrow = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*"}],
}
