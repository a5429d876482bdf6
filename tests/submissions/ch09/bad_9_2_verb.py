# exercise 9.2: allow
# says: The policy names the path that was called. Remembered, it refuses every other.


def allow(team, method_arn):
    resource = "/".join(method_arn.split("/")[:3]) + "/*"
    statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": resource}
    return {
        "principalId": team,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
    }
