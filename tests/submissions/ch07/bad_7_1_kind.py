# exercise 7.1: redeploys
# says: A dict is wanted, and this is a bool.
redeploys = True
