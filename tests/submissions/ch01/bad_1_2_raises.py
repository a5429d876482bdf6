# exercise 1.2: tagged_role
# says: RuntimeError: by design
def tagged_role():
    raise RuntimeError("by design")
