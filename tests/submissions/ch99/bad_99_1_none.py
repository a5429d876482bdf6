# exercise 99.1: may_go
# says: With a log group 'forgotten', your function gives None.
def may_go(arn, tags, known, owner):
    if arn in known or tags.get("gateway:owner") != owner:
        return False
