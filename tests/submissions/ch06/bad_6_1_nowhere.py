# exercise 6.1: tea
# says: Nothing is deployed that could be called.
answers = None


def tea(rest_api):
    return [rest_api]
