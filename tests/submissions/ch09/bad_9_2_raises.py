# exercise 9.2: allow
# says: Your function raised. KeyError: 'methodArn'


def allow(team, method_arn):
    return {}["methodArn"]
