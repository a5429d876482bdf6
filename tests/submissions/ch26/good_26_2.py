# exercise 26.2: violation
def violation(kind, args):
    if kind.endswith(":LogGroup") and not args.get("retentionInDays"):
        return "kept for ever"
    open_to_all = args.get("authorization") == "NONE" and args.get("httpMethod") != "OPTIONS"
    if kind.endswith(":Method") and open_to_all:
        return "open to everyone"
