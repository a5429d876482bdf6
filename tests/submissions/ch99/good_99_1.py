# exercise 99.1: may_go
def may_go(arn, tags, known, owner):
    return tags.get("gateway:owner") == owner and arn not in known
