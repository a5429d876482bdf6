# exercise 23.1: suspect
# says: With 'Target.Timeout', it says 'port'.
def suspect(reason):
    return {"Target.Timeout": "port", "Target.FailedHealthChecks": "security group"}.get(reason)
