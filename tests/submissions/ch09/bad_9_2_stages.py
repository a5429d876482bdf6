# exercise 9.2: allow
# says: The policy allows other stages too.


def allow(team, method_arn):
    resource = method_arn.split("/")[0] + "/*"
    statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": resource}
    return {
        "principalId": team,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
    }
