# exercise 17.2: pattern
# says: An empty pattern counts every line.
pattern = ""
