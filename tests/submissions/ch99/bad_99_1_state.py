# exercise 99.1: may_go
# says: With a log group 'in-use', your function says True. The state has it: destroy() deletes it, in the right order.
def may_go(arn, tags, known, owner):
    return tags.get("gateway:owner") == owner
