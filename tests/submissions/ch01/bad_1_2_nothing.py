# exercise 1.2: tagged_role
# says: Your function declares 0 of Role; one is wanted.
def tagged_role():
    print("no role")
