# exercise 17.2: pattern
# says: A text is wanted, and this is a dict.
pattern = {"status": "429", "team": "blue"}
