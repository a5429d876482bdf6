# exercise 17.2: pattern
pattern = '{ $.status = "429" && $.team = "blue" }'
