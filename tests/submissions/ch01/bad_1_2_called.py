# exercise 1.2: tagged_role
# says: A function is wanted, and this is a str.
tagged_role = "the role"
