# exercise 6.1: tea
# says: A function is wanted, and this is a str.
tea = "/tea"
