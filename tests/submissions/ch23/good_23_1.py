# exercise 23.1: suspect
def suspect(reason):
    return {
        "Target.Timeout": "security group",
        "Target.FailedHealthChecks": "port",
        "Target.ResponseCodeMismatch": "path",
    }[reason]
