# exercise 25.1: ask_next
# says: With a 400: the request is wrong, and the next would say so, too, it asks the next.
def ask_next(status, token_seen):
    return not token_seen and (status == 0 or status >= 400)
