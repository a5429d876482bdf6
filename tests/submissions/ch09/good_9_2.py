# exercise 9.2: allow


def allow(team, method_arn):
    resource = "/".join(method_arn.split("/")[:2]) + "/*"
    statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": resource}
    return {
        "principalId": team,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
    }
