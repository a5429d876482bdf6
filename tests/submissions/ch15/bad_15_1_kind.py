# exercise 15.1: took
# says: A dict is wanted, and this is a list.
took = [40, 5150, 50]
