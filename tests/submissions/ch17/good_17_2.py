# exercise 16.2: pattern
pattern = '{ $.status = "429" && $.team = "blue" }'
