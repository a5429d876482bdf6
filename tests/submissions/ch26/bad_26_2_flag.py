# exercise 26.2: violation
# says: For a log group without retentionInDays, it gives True.
def violation(kind, args):
    if kind.endswith(":LogGroup"):
        return not args.get("retentionInDays")
    return (
        kind.endswith(":Method")
        and args["authorization"] == "NONE"
        and args["httpMethod"] != "OPTIONS"
    )
