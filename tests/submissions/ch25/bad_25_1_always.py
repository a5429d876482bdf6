# exercise 25.1: ask_next
# says: With an answer, it asks the next.
def ask_next(status, token_seen):
    return True
