# exercise 15.2: quiet
# says: A function is wanted, and this is a dict.
quiet = {"logging_level": "ERROR"}
