# exercise 22.2: suspect
# says: With 'Target.Timeout', it says None.
def suspect(reason):
    print(reason)
