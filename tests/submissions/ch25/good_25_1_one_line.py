# exercise 25.1: ask_next
def ask_next(status, token_seen):
    return not token_seen and (status in {0, 408, 429} or status // 100 == 5)
