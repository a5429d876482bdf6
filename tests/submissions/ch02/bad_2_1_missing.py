# exercise 2.1: narrow
# says: The Resource is missing; one function is wanted.
narrow = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "lambda:InvokeFunction"}],
}
