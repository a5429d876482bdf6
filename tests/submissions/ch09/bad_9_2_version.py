# exercise 9.2: allow
# says: A policy is a dict, and this is a NoneType.


def allow(team, method_arn):
    return {"principalId": team}
