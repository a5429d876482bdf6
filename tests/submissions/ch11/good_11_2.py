# exercise 9.2: pattern
pattern = '{ $.status = "429" && $.team = "blue" }'
