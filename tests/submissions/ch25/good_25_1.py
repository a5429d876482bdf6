# exercise 25.1: ask_next
def ask_next(status, token_seen):
    if token_seen:
        return False
    return status in (0, 408, 429) or status >= 500
