# exercise 22.2: suspect
# says: With 'Target.FailedHealthChecks', your function raised KeyError
def suspect(reason):
    return {"Target.Timeout": "security group"}[reason]
