# exercise 13.1: left
# says: A dict is wanted, and this is a list.
left = [100, 230, 300]
