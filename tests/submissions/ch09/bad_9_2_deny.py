# exercise 9.2: allow
# says: The policy denies.


def allow(team, method_arn):
    resource = "/".join(method_arn.split("/")[:2]) + "/*"
    statement = {"Effect": "Deny", "Action": "execute-api:Invoke", "Resource": resource}
    return {
        "principalId": team,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
    }
