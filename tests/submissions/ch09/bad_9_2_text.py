# exercise 9.2: allow
# says: Your function returns a str: callers get a 500.


def allow(team, method_arn):
    return "Allow"
