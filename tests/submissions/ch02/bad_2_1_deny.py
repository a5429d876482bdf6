# exercise 2.1: narrow
# says: One statement that allows is enough: the rest is denied anyway.
narrow = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Action": "lambda:*", "Resource": "*"}],
}
