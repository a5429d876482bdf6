# exercise 7.2: preview
# says: A function is wanted, and this is a str.
preview = "next"
