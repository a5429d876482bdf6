# exercise 23.1: suspect
def suspect(reason):
    if "Timeout" in reason:
        return "security group"
    return "path" if reason.endswith("Mismatch") else "port"
