# exercise 17.2: pattern
# says: It counts a call of green's over a limit.
pattern = '{ $.status = "429" }'
