# exercise 13.1: left
# says: The dict has no 'after its answer' any more.
left = {"while it runs": 100}
