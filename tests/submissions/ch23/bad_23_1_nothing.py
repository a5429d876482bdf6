# exercise 23.1: suspect
# says: With 'Target.Timeout', it says None.
def suspect(reason):
    print(reason)
