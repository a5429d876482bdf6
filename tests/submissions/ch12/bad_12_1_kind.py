# exercise 12.1: feedback
# says: A function is wanted, and this is a list.
feedback = []
