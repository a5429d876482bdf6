# exercise 99.1: may_go
# says: With a log group 'bare', your function raised KeyError: 'gateway:owner'.
def may_go(arn, tags, known, owner):
    return arn not in known and tags["gateway:owner"] == owner
