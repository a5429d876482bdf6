# exercise 9.2: allow
# says: The policy is about arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/v1: not about the call itself.


def allow(team, method_arn):
    resource = "/".join(method_arn.split("/")[:2])
    statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": resource}
    return {
        "principalId": team,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
    }
