# exercise 9.2: allow
# says: The action is 'lambda:InvokeFunction'.


def allow(team, method_arn):
    resource = "/".join(method_arn.split("/")[:2]) + "/*"
    statement = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": resource}
    return {
        "principalId": team,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
    }
