# exercise 21.1: to_chat
# says: With a system prompt, it gives {'model': 'm'
def to_chat(body):
    return dict(body)
