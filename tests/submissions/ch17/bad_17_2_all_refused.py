# exercise 17.2: pattern
# says: It counts a call of blue's that was refused for another reason.
pattern = '{ $.status = "4*" && $.team = "blue" }'
