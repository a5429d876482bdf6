# exercise 23.1: suspect
# says: With 'Target.FailedHealthChecks', your function raised KeyError
def suspect(reason):
    return {"Target.Timeout": "security group"}[reason]
