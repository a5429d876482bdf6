# exercise 25.1: ask_next
# says: With a 503 before a token, it gives up.
def ask_next(status, token_seen):
    print(status, token_seen)
