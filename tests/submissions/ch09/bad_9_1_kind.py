# exercise 8.2: health
# says: A function is wanted, and this is a dict.
health = {"ok": True}
