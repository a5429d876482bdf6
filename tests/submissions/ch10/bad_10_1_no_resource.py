# exercise 10.1: policy
# says: The policy has no Resource.
policy = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "execute-api:Invoke"}],
}
