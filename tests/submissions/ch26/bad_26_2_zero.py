# exercise 26.2: violation
# says: It finds nothing wrong with a log group with retentionInDays 0, which is for ever.
def violation(kind, args):
    if kind.endswith(":LogGroup") and "retentionInDays" not in args:
        return "kept for ever"
