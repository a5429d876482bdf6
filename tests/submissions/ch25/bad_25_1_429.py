# exercise 25.1: ask_next
# says: With a 429: too much for this one, it gives up.
def ask_next(status, token_seen):
    return not token_seen and (status == 0 or status >= 500)
