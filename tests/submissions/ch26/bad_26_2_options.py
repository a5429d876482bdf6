# exercise 26.2: violation
# says: It refuses an open OPTIONS.
def violation(kind, args):
    if kind.endswith(":LogGroup") and not args.get("retentionInDays"):
        return "kept for ever"
    if kind.endswith(":Method") and args.get("authorization") == "NONE":
        return "open to everyone"
