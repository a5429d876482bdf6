# exercise 17.2: pattern
# says: It counts a call of blue's that was answered.
pattern = '{ $.team = "blue" }'
