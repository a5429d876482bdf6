# exercise 99.1: may_go
# says: With a log group 'theirs', your function says True. Its owner is somebody else: their stack may have the same name.
def may_go(arn, tags, known, owner):
    return arn not in known
