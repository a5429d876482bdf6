# exercise 8.1: joined
# says: The team red has no key; who has one: blue, green.
answers = {"outputs": {"team_keys": {"blue": "blue-key", "green": "green-key"}}}


def joined():
    return {"rot": "a key"}
