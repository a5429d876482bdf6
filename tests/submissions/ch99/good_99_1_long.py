# exercise 99.1: may_go
def may_go(arn, tags, known, owner):
    if arn in known:
        return False
    return any(key == "gateway:owner" and value == owner for key, value in tags.items())
