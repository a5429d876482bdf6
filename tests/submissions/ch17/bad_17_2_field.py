# exercise 17.2: pattern
# says: It does not count a call of blue's over a limit.
pattern = '{ $.status = "429" && $.keyId = "blue" }'
