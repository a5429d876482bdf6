# exercise 22.2: suspect
# says: With 'Target.Timeout', it says 'port'.
def suspect(reason):
    return {"Target.Timeout": "port", "Target.FailedHealthChecks": "security group"}.get(reason)
