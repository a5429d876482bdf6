# exercise 25.1: ask_next
# says: With a failure after the first token: the caller has read it, it asks the next.
def ask_next(status, token_seen):
    return status in (0, 408, 429) or status >= 500
