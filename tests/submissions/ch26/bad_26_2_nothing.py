# exercise 26.2: violation
# says: It finds nothing wrong with a log group without retentionInDays.
def violation(kind, args):
    print(kind)
