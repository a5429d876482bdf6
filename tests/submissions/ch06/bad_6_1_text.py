# exercise 6.2: tea
# says: A function is wanted, and this is a str.
tea = "/tea"
