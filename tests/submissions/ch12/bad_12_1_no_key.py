# exercise 12.1: feedback
# says: The team blue has no key; who has one: nobody.
answers = {"outputs": {"team_keys": None}}


def feedback(rest_api, access, invocation):
    return [rest_api]
