# exercise 17.2: pattern
# says: It counts a call of blue's that took 429 ms.
pattern = '"blue" "429"'
