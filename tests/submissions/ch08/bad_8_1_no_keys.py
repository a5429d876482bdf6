# exercise 8.1: joined
# says: The team red has no key; who has one: nobody.
answers = {"outputs": {"team_keys": None}}


def joined():
    return {"red": "a key"}
