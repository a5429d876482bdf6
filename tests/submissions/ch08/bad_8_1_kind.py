# exercise 8.1: joined
# says: A function is wanted, and this is a dict.


joined = {"red": "a key"}
