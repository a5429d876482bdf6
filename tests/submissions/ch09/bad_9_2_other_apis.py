# exercise 9.2: allow
# says: The policy allows other APIs too.


def allow(team, method_arn):
    resource = "arn:aws:execute-api:us-east-1:123456789012:*/v1/*"
    statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": resource}
    return {
        "principalId": team,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
    }
